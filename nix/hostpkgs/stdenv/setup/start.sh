# The end: the inputs' search paths and hooks, once everything is defined.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

# In the environment only, so that a Makefile's own assignment wins; `makeFlags`
# is for the others.
export prefix="${prefix:-${out:-}}"

_prepareInputs
runHook preHook
runHook addInputsHook
runHook postHook
runHook userHook
