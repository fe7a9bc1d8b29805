# The end: the inputs' search paths and hooks, once everything is defined.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

: "${outputDev:=$([[ " $outputs " == *" dev "* ]] && echo dev || echo out)}"
: "${outputBin:=$([[ " $outputs " == *" bin "* ]] && echo bin || echo out)}"
: "${outputLib:=$([[ " $outputs " == *" lib "* ]] && echo lib || echo out)}"
: "${outputDoc:=$([[ " $outputs " == *" doc "* ]] && echo doc || echo out)}"
: "${outputMan:=$([[ " $outputs " == *" man "* ]] && echo man || echo "$outputBin")}"
: "${outputInclude:=$outputDev}"

# In the environment only, so that a Makefile's own assignment wins; `makeFlags`
# is for the others.
export prefix="${prefix:-${out:-}}"

_prepareInputs
runHook preHook
runHook addInputsHook
runHook postHook
runHook userHook
