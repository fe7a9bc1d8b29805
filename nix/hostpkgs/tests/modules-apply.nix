# A module that is a function of more than a module's arguments.
{ value }:
{ lib, ... }:
{
  options.applied = lib.mkOption { type = lib.types.str; };
  config.applied = value;
}
