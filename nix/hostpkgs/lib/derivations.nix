# Functions about derivations that customisation.nix does not have.
{ lib }:
{
  inherit (lib.customisation) lazyDerivation;
  optionalDrvAttr = condition: value: if condition then value else null;
}
