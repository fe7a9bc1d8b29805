# What a package says about itself.
{ lib }:
rec {
  addMetaAttrs = new: drv: drv // { meta = (drv.meta or { }) // new; };
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: drv: drv // { inherit name; };
  updateName = f: drv: drv // { name = f drv.name; };
  appendToName = suffix: updateName (name: let p = builtins.parseDrvName name; in "${p.name}-${suffix}-${p.version}");
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  lowPrioSet = set: builtins.mapAttrs (_: lowPrio) set;
  hiPrio = setPrio (-10);
  hiPrioSet = set: builtins.mapAttrs (_: hiPrio) set;

  defaultPriority = 5;
  mapDerivationAttrset = f: set: builtins.mapAttrs (_: pkg: if lib.isDerivation pkg then f pkg else pkg) set;

  platformMatch = platform: pattern: if builtins.isString pattern then platform.system or null == pattern else lib.matchAttrs pattern platform || lib.matchAttrs pattern (platform.parsed or { });
  availableOn =
    platform: pkg:
    (pkg.meta.platforms or null == null || lib.any (platformMatch platform) pkg.meta.platforms)
    && lib.all (pattern: !platformMatch platform pattern) (pkg.meta.badPlatforms or [ ]);

  getLicenseFromSpdxId = id: getLicenseFromSpdxIdOr id (throw "getLicenseFromSpdxId: no license with the id '${id}'");
  getLicenseFromSpdxIdOr =
    id: default:
    lib.findFirst (license: lib.toLower (license.spdxId or "") == lib.toLower id) default (
      builtins.attrValues lib.licenses
    );

  # The main program of a package: `meta.mainProgram`, else its name.
  getExe =
    pkg:
    getExe' pkg (
      pkg.meta.mainProgram or (lib.warn
        "getExe: package ${lib.strings.escapeNixIdentifier (pkg.meta.name or pkg.pname or pkg.name)} does not have the meta.mainProgram attribute; assuming that it has the name of the package"
        (lib.getName pkg)
      )
    );
  getExe' =
    pkg: program:
    if !lib.isDerivation pkg then
      throw "getExe': the first argument is no package but a ${builtins.typeOf pkg}"
    else if !builtins.isString program then
      throw "getExe': the program's name is no string but a ${builtins.typeOf program}"
    else if lib.hasInfix "/" program then
      throw "getExe': ''${program}'' is a path, not the name of a program in bin/"
    else
      "${lib.getBin pkg}/bin/${program}";
}
