# Functions about derivations that customisation.nix does not have.
{ lib }:
{
  inherit (lib.customisation) lazyDerivation;
  inherit (lib.trivial) warnOnInstantiate;
  inherit (builtins) addDrvOutputDependencies unsafeDiscardOutputDependency;
  optionalDrvAttr = condition: value: if condition then value else null;
}
