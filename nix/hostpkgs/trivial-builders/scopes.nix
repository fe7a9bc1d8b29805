# Sets of packages of their own, as frameworks make them. nixpkgs splices such a set
# from one for each pair of machines; here there is one machine.
final:
let
  inherit (final) lib;
in
{
  splicePackages = { pkgsHostTarget, ... }: pkgsHostTarget;
  makeScopeWithSplicing' = lib.makeScopeWithSplicing' {
    inherit (final) newScope splicePackages;
  };
  makeScopeWithSplicing =
    otherSplices: keep: extra: f:
    final.makeScopeWithSplicing' {
      inherit otherSplices keep extra f;
    };
  generateSplicesForMkScope =
    attribute:
    let
      path = lib.toList attribute;
    in
    lib.genAttrs' [ "BuildBuild" "BuildHost" "BuildTarget" "HostHost" "HostTarget" "TargetTarget" ] (
      pair: lib.nameValuePair "self${pair}" (lib.attrByPath path { } final)
    );
  pkgsBuildTarget = final;
  pkgsTargetTarget = final;
}
