# Calling package functions, and changing the packages that came of it.
{ lib }:
let
  inherit (builtins) intersectAttrs isAttrs mapAttrs;

  crossNames = [
    "buildBuild"
    "buildHost"
    "buildTarget"
    "hostHost"
    "hostTarget"
    "targetTarget"
  ];
  capitalise = text: lib.toUpper (builtins.substring 0 1 text) + builtins.substring 1 (-1) text;
in
rec {
  # `f`, whose result can be made again with other arguments (`.override`).
  makeOverridable =
    f:
    # A callable set keeps its fields; one that can be overridden, at both levels.
    lib.optionalAttrs (isAttrs f) f
    // lib.optionalAttrs (f ? override) {
      override = lib.mirrorFunctionArgs f.override (new: makeOverridable (f.override new));
    }
    // lib.mirrorFunctionArgs f (
      arguments:
      let
        result = f arguments;
        # Overriding takes a set, or a function of the arguments so far.
        change = new: arguments // (if lib.isFunction new then new arguments else new);
        again = lib.mirrorFunctionArgs f (new: makeOverridable f (change new));
        # The same arguments with a change to what comes out.
        changeResult = g: makeOverridable (lib.mirrorFunctionArgs f (args: g (f args))) arguments;
      in
      if isAttrs result then
        result
        // {
          override = again;
          overrideDerivation = change: changeResult (drv: overrideDerivation drv change);
        }
        // lib.optionalAttrs (result ? overrideAttrs) {
          overrideAttrs = change: changeResult (drv: drv.overrideAttrs change);
        }
      else if lib.isFunction result then
        lib.setFunctionArgs result (lib.functionArgs result) // { override = again; }
      else
        result
    );

  # The raw derivation's attributes changed; `overrideAttrs` is the usual way.
  overrideDerivation =
    drv: change:
    let
      new = derivation (drv.drvAttrs // change drv);
    in
    lib.flip (extendDerivation (drv.drvAttrs.condition or true)) new (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // (drv.passthru or { })
      // {
        overrideDerivation = overrideDerivation new;
      }
    );

  callPackageWith =
    scope: function: arguments:
    let
      f = if lib.isFunction function then function else import function;
      wanted = lib.functionArgs f;
      given = intersectAttrs wanted scope // arguments;
      missing = builtins.filter (name: !wanted.${name} && !given ? ${name}) (builtins.attrNames wanted);
      near =
        name:
        let
          others = builtins.filter (other: lib.levenshtein name other <= 2) (builtins.attrNames scope);
        in
        lib.optionalString (others != [ ]) ", did you mean ${lib.concatMapStringsSep " or " (o: ''"${o}"'') (lib.take 3 others)}?";
      place =
        let
          position = builtins.unsafeGetAttrPos (builtins.head missing) wanted;
        in
        if builtins.isPath function || builtins.isString function then
          toString function
        else if position != null then
          "${position.file}:${toString position.line}"
        else
          "an expression";
    in
    if missing == [ ] then
      makeOverridable f given
    else
      # Not a throw: nixpkgs aborts here, and tryEval must not hide it.
      abort "callPackage: ${place} asks for ${
        lib.concatMapStringsSep ", " (name: ''"${name}"${near name}'') missing
      }, which is not in the package set";

  callPackagesWith =
    scope: function: arguments:
    let
      f = if lib.isFunction function then function else import function;
      given = intersectAttrs (lib.functionArgs f) scope // arguments;
      pkgs = f given;
      one = name: _: makeOverridable (lib.mirrorFunctionArgs f (args: (f args).${name})) given;
    in
    if pkgs ? recurseForDerivations && pkgs ? override then throw "callPackages: the function gave one package, not a set of them" else mapAttrs one pkgs;

  # Attributes added to a derivation and to each of its outputs.
  extendDerivation =
    condition: added: drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = drv // builtins.listToAttrs outputList // { all = map (output: output.value) outputList; } // added;
      outputList = map (name: {
        inherit name;
        value =
          common
          // {
            inherit (drv.${name}) type outputName;
            outputSpecified = true;
            drvPath =
              assert condition;
              drv.${name}.drvPath;
            outPath =
              assert condition;
              drv.${name}.outPath;
          }
          // lib.optionalAttrs (drv.${name} ? outputs) { inherit (drv.${name}) outputs; };
      }) outputs;
    in
    common
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };

  addPassthru = drv: passthru: extendDerivation true passthru drv;
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }@arguments:
    let
      checked = if derivation.type or null == "derivation" then derivation else throw "lazyDerivation: not a derivation";
    in
    {
      type = "derivation";
      inherit (checked)
        drvPath
        name
        outPath
        system
        ;
      inherit outputs;
      outputName = "out";
    }
    // lib.genAttrs outputs (name: checked.${name})
    // {
      # Without one that is given, the derivation's own: it is looked at only then.
      meta = if arguments ? meta then meta else checked.meta;
    }
    // passthru;

  hydraJob = drv: drv;

  # The six sets of packages by where they are built and where they run.
  mapCrossIndex =
    f:
    {
      buildBuild,
      buildHost,
      buildTarget,
      hostHost,
      hostTarget,
      targetTarget,
    }@index:
    mapAttrs (_: f) index;
  renameCrossIndexFrom =
    prefix: set:
    builtins.listToAttrs (
      map (name: lib.nameValuePair name set."${prefix}${capitalise name}") crossNames
    );
  renameCrossIndexTo =
    prefix: index: lib.mapAttrs' (name: lib.nameValuePair "${prefix}${capitalise name}") index;

  # A set of packages of its own, which can be overridden as the whole set can.
  makeScope =
    newScope: f:
    let
      # The set's own callPackage or newScope goes before what makes it a scope.
      self = {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
      }
      // f self
      // {
        overrideScope = overlay: makeScope newScope (lib.extends overlay f);
        overrideScope' = overlay: makeScope newScope (lib.extends overlay f);
        packages = f;
      };
    in
    self;
  makeScopeWithSplicing' =
    {
      splicePackages ? lib.id,
      newScope,
    }:
    {
      otherSplices ? { },
      keep ? _: { },
      extra ? _: { },
      f,
    }:
    let
      # Packages of the set also see `extra` and `keep`, which are not in it.
      make =
        f:
        let
          self = {
            newScope = scope: newScope (extra self // self // keep self // scope);
            callPackage = self.newScope { };
          }
          // f self
          // {
            overrideScope = overlay: make (lib.extends overlay f);
            packages = f;
          };
        in
        self;
    in
    make f;

  # A builder like mkDerivation that itself takes final attributes.
  extendMkDerivation =
    {
      constructDrv,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      extendDrvArgs,
      inheritFunctionArgs ? true,
      transformDrv ? lib.id,
    }:
    lib.setFunctionArgs (
      argument:
      transformDrv (
        constructDrv (
          finalAttrs:
          let
            given = if lib.isFunction argument then argument finalAttrs else argument;
          in
          builtins.removeAttrs given excludeDrvArgNames // extendDrvArgs finalAttrs given
        )
      )
    ) (builtins.removeAttrs (lib.functionArgs (extendDrvArgs { })) excludeFunctionArgNames);
}
