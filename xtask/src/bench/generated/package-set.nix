# A package set as large ones are made: a file for each package, arguments by name, a fixpoint, and overlays over it.
# Who reads `identity` evaluates all of it; there is nothing to build.
let
  inherit (builtins) attrNames concatStringsSep foldl' functionArgs genList hashString intersectAttrs mapAttrs readDir;

  fix = function: let result = function result; in result;
  extend = set: overlay: final: let previous = set final; in previous // overlay final previous;

  # As much work for each package as there is in a derivation's many attributes.
  flags = name: concatStringsSep " " (genList (number: "--with-${name}-${toString number}") @flags@);
  make = attributes: attributes // {
    identity = hashString "sha256" (concatStringsSep "-" ([ attributes.name attributes.version (flags attributes.name) ]
      ++ map (input: input.identity) attributes.inputs));
    override = changes: make (attributes // changes);
  };
  call = final: function: function (intersectAttrs (functionArgs function) final // { inherit make; });

  files = readDir ./packages;
  base = final: mapAttrs (name: _: call final (import (./packages + "/${name}"))) files;
  overlay = number: final: previous:
    mapAttrs (name: package: package.override { version = "${package.version}.${toString number}"; }) previous;
  set = fix (foldl' extend base (genList overlay @overlays@));
in
{
  identity = hashString "sha256" (concatStringsSep "\n" (map (name: set.${name}.identity) (attrNames set)));
}
