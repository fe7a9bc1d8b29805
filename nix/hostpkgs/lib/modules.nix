# Modules: options declared and defined in many files, evaluated to one
# configuration.
{ lib }:
let
  inherit (builtins)
    concatMap
    filter
    head
    isAttrs
    length
    ;
  inherit (lib.options) getFiles isOption showDefs showFiles showOption;
  inherit (lib) types;

  isType = type: value: isAttrs value && value._type or "" == type;

  defaultPriority = 100;
  defaultOrder = 1000;

  # --- Properties of definitions -------------------------------------------

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkDefinition = args: args // { _type = "definition"; };

  # A definition of a set, its properties pushed down to its attributes.
  pushDown =
    value:
    let
      around = wrap: concatMap (set: [ (builtins.mapAttrs (_: wrap) set) ]) (pushDown value.content);
    in
    if isType "merge" value then
      concatMap pushDown value.contents
    else if isType "if" value then
      around (mkIf value.condition)
    else if isType "override" value then
      around (mkOverride value.priority)
    else
      [ value ];

  # Every value that a definition gives, with its priority.
  discharge =
    file: priority: value:
    if isType "merge" value then
      concatMap (discharge file priority) value.contents
    else if isType "if" value then
      if !builtins.isBool value.condition then
        throw "‘mkIf’ called with a non-Boolean condition"
      else if value.condition then
        discharge file priority value.content
      else
        [ ]
    else if isType "override" value then
      discharge file value.priority value.content
    else if isType "definition" value then
      discharge value.file priority value.value
    else
      [
        {
          inherit file priority value;
        }
      ];

  # The definitions that count, of the strongest priority and in their order.
  activeDefinitions =
    definitions:
    let
      values = concatMap (d: discharge d.file defaultPriority d.value) definitions;
      highest = lib.foldl' (least: v: lib.min least v.priority) 9999 values;
      chosen = filter (v: v.priority == highest) values;
      orderOf = v: if isType "order" v.value then v.value.priority else defaultOrder;
      unwrapped = v: {
        inherit (v) file;
        value = if isType "order" v.value then v.value.content else v.value;
      };
      isOrdered = lib.any (v: isType "order" v.value) chosen;
    in
    {
      inherit highest;
      values = map unwrapped (if isOrdered then builtins.sort (a: b: orderOf a < orderOf b) chosen else chosen);
    };

  # The value of an option of this type, by its definitions.
  mergeDefinitions =
    loc: type: definitions:
    let
      active = activeDefinitions definitions;
      wrong = filter (d: !type.check d.value) active.values;
    in
    rec {
      defsFinal' = {
        values = active.values;
        highestPrio = active.highest;
      };
      defsFinal = active.values;
      isDefined = active.values != [ ];
      mergedValue =
        if isDefined then
          if wrong == [ ] then
            type.merge loc active.values
          else
            throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
        else
          throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";
      optionalValue = if isDefined then { value = mergedValue; } else { };
    };

  # --- Loading --------------------------------------------------------------

  structureKeys = [
    "_class"
    "_file"
    "config"
    "disabledModules"
    "freeformType"
    "imports"
    "key"
    "meta"
    "options"
    "require"
  ];

  # A module's set, with every part in its place.
  structure =
    file: key: module:
    let
      common = {
        _file = toString module._file or file;
        _class = module._class or null;
        key = toString module.key or key;
        disabledModules = module.disabledModules or [ ];
        imports = module.imports or [ ];
      };
      unknown = builtins.attrNames (builtins.removeAttrs module structureKeys);
      freeform = if module ? freeformType then [ { _module.freeformType = module.freeformType; } ] else [ ];
    in
    if module ? config || module ? options then
      if unknown != [ ] then
        throw "Module `${key}' has an unsupported attribute `${head unknown}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString unknown}) into the explicit `config' attribute."
      else
        common
        // {
          options = module.options or { };
          config = mkMerge ([ (module.config or { }) ] ++ freeform);
        }
    else
      common
      // {
        options = { };
        config = mkMerge (
          [
            (builtins.removeAttrs module [
              "_class"
              "_file"
              "disabledModules"
              "freeformType"
              "imports"
              "key"
              "require"
            ])
          ]
          ++ freeform
        );
      };

  # A module is a path, a set, or a function of the arguments.
  loadModule =
    applyArguments: parentFile: fallbackKey: module:
    if lib.isFunction module then
      structure parentFile fallbackKey (applyArguments fallbackKey module)
    else if isType "if" module || isType "override" module || isType "merge" module then
      structure parentFile fallbackKey { config = module; }
    else if isAttrs module && module._type or null == "flake" then
      throw "Expected a module, but found a flake, while importing from `${parentFile}'. Maybe one of its module outputs is meant."
    else if isAttrs module && module._type or null == "configuration" then
      throw "Expected a module, but found a configuration, while importing from `${parentFile}'."
    else if isAttrs module then
      structure parentFile fallbackKey module
    else if builtins.isList module then
      throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definition values: in `${parentFile}'"
    else
      let
        path = toString module;
        imported = import module;
        loaded = if lib.isFunction imported then applyArguments path imported else imported;
      in
      structure path path loaded;

  # All modules with their imports, each once, the imported ones last.
  collectModules =
    class: applyArguments: modules:
    let
      load =
        parentFile: parentKey:
        lib.imap1 (
          n: module:
          let
            loaded = loadModule applyArguments parentFile "${parentKey}:anon-${toString n}" module;
          in
          {
            key = loaded.key;
            module = loaded;
            below = load loaded._file loaded.key loaded.imports;
          }
        );
      found = map (entry: entry.module) (
        builtins.genericClosure {
          startSet = load "<unknown-file>" "" modules;
          operator = entry: entry.below;
        }
      );
      disabled = lib.concatMap (
        module:
        map (
          d: if builtins.isPath d || builtins.isString d then toString d else toString d.key or (throw "a module in disabledModules has no key")
        ) module.disabledModules
      ) found;
      misfits = filter (m: class != null && m._class != null && m._class != class) found;
    in
    if misfits != [ ] then
      throw "The module `${(head misfits)._file}' (class: \"${(head misfits)._class}\") cannot be imported into a module evaluation that expects class \"${class}\"."
    else
      filter (m: !lib.elem m.key disabled) found;

  # --- Merging --------------------------------------------------------------

  # Several declarations of one option.
  mergeDeclarations =
    loc: declarations:
    lib.foldl'
      (
        all: declaration:
        let
          option = declaration.options;
          # Nothing of an option is forced here: a default may depend on the configuration.
          clash = lib.any (name: option ? ${name} && all ? ${name}) [
            "default"
            "apply"
          ];
          mergedType = all.type.typeMerge option.type.functor;
          type =
            if !option ? type then
              all.type or null
            else if all.type or null == null then
              option.type
            else if mergedType == null then
              throw "The option `${showOption loc}' in `${declaration.file}' is already declared in ${showFiles all.declarations}."
            else
              mergedType;
        in
        if clash then
          throw "The option `${showOption loc}' in `${declaration.file}' is already declared in ${showFiles all.declarations}."
        else
          all
          // option
          // {
            declarations = all.declarations ++ [ declaration.file ];
          }
          // lib.optionalAttrs (type != null) { inherit type; }
      )
      {
        inherit loc;
        declarations = [ ];
      }
      declarations;

  evalOption =
    loc: option: definitions:
    let
      type = option.type or types.unspecified;
      defaults = lib.optional (option ? default) {
        file = head option.declarations;
        value = mkOverride 1500 option.default;
      };
      merged = mergeDefinitions loc type (definitions ++ defaults);
      isReadOnlyClash = option.readOnly or false && length (activeDefinitions definitions).values > 1;
      plain =
        if isReadOnlyClash then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs merged.defsFinal}"
        else if merged.isDefined then
          merged.mergedValue
        else
          type.emptyValue.value or merged.mergedValue;
    in
    option
    // {
      _type = "option";
      inherit type loc;
      value = if option ? apply then option.apply plain else plain;
      inherit (merged) isDefined;
      highestPrio = merged.defsFinal'.highestPrio;
      definitions = map (d: d.value) merged.defsFinal;
      definitionsWithLocations = merged.defsFinal;
      files = getFiles merged.defsFinal;
      options = type.getSubOptions loc;
      __toString = _: showOption loc;
    };

  # Declarations and definitions of one level of the tree:
  # declarations: [ { file; options; } ], definitions: [ { file; value; } ].
  mergeTree =
    loc: declarations: definitions:
    let
      declared = builtins.zipAttrsWith (_: lib.id) (
        map (
          d:
          if isAttrs d.options then
            builtins.mapAttrs (_: options: {
              inherit (d) file;
              inherit options;
            }) d.options
          else
            throw "In module `${d.file}', the options under `${showOption loc}' are no set"
        ) declarations
      );
      defined = builtins.zipAttrsWith (_: lib.id) (
        concatMap (
          d:
          map (
            set:
            if isAttrs set then
              builtins.mapAttrs (_: value: {
                inherit (d) file;
                inherit value;
              }) set
            else
              throw "In module `${d.file}', `${showOption loc}' is defined as something that is no set"
          ) (pushDown d.value)
        ) definitions
      );
      one =
        name: here:
        let
          place = loc ++ [ name ];
          options = filter (d: isOption d.options) here;
          nested = filter (d: !isOption d.options) here;
          # Options declared below an option that is a submodule add to it.
          additions = map (d: {
            inherit (d) file;
            options = lib.mkOption {
              type = types.submoduleWith {
                modules = [
                  {
                    _file = d.file;
                    inherit (d) options;
                  }
                ];
              };
            };
          }) nested;
          takesMore = lib.any (d: (d.options.type or types.unspecified).getSubModules != null) options;
        in
        if options == [ ] then
          mergeTree place here (defined.${name} or [ ])
        else if nested != [ ] && !takesMore then
          throw "The option `${showOption place}' in ${showFiles (getFiles options)} would be a parent of the options declared in ${showFiles (getFiles nested)}, but its type `${
            (head options).options.type.description or "unspecified"
          }' does not support nested options."
        else
          let
            option = evalOption place (mergeDeclarations place (options ++ additions)) (defined.${name} or [ ]);
          in
          {
            options = option;
            config = option.value;
            unmatched = [ ];
          };
      level = builtins.mapAttrs one declared;
    in
    {
      options = builtins.mapAttrs (_: x: x.options) level;
      config = builtins.mapAttrs (_: x: x.config) level;
      # Definitions of what no module declares.
      unmatched =
        concatMap (x: x.unmatched) (builtins.attrValues level)
        ++ lib.concatLists (
          lib.mapAttrsToList (
            name:
            map (d: {
              path = loc ++ [ name ];
              inherit (d) file value;
            })
          ) (builtins.removeAttrs defined (builtins.attrNames declared))
        );
    };

  # What every evaluation has: its arguments, and how strict it is.
  internalModule = prefix: {
    _file = "lib/modules.nix";
    key = "lib/modules.nix";
    options._module = {
      args = lib.mkOption {
        type = types.lazyAttrsOf types.raw;
        default = { };
        # Documented once, not in every submodule.
        internal = prefix != [ ];
        description = "Additional arguments passed to each module in addition to ones like `lib`, `config`, and `pkgs`.";
      };
      check = lib.mkOption {
        type = types.bool;
        default = true;
        internal = true;
        description = "Whether to check whether all option definitions have matching declarations.";
      };
      freeformType = lib.mkOption {
        type = types.nullOr types.optionType;
        default = null;
        internal = true;
        description = "The type of definitions that no option matches; null refuses them.";
      };
      specialArgs = lib.mkOption {
        readOnly = true;
        internal = true;
        description = "Externally provided module arguments that can't be modified from within a configuration.";
      };
    };
  };

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
      class ? null,
      # Older: _module.args and _module.check.
      args ? { },
      check ? true,
    }@evaluation:
    let
      legacy = lib.optional (evaluation ? args || evaluation ? check) {
        _file = "lib/modules.nix";
        key = "lib/modules.nix#arguments";
        config._module = {
          inherit args;
          check = lib.mkOptionDefault check;
        };
      };

      # Only the arguments that a module's function names are looked up, so that
      # `_module.args` may itself be defined by modules.
      given = {
        inherit lib config options specialArgs;
        _class = class;
        _prefix = prefix;
      }
      // specialArgs;
      applyArguments =
        key: f:
        let
          named = builtins.mapAttrs (
            name: _:
            builtins.addErrorContext "while evaluating the module argument `${name}' in \"${key}\":" (
              given.${name} or config._module.args.${name}
            )
          ) (lib.functionArgs f);
        in
        f (given // named);

      # Definitions of imported modules come before those of their importers.
      collected = lib.reverseList (collectModules class applyArguments (modules ++ legacy ++ [
        (internalModule prefix)
        {
          _file = "lib/modules.nix";
          key = "lib/modules.nix#self";
          config._module = {
            inherit specialArgs;
            args = {
              inherit (result) extendModules;
              moduleType = result.type;
            };
          };
        }
      ]));
      tree = mergeTree prefix (map (m: {
        file = m._file;
        inherit (m) options;
      }) collected) (map (m: {
        file = m._file;
        value = m.config;
      }) collected);

      inherit (tree) options;
      freeformType = tree.config._module.freeformType;
      config =
        if freeformType == null then
          tree.config
        else
          lib.recursiveUpdateUntil (
            path: left: right:
            # What is declared is not merged into, only what leads to it.
            !(isAttrs left && isAttrs right) || isOption (lib.attrByPath path { } options)
          ) freeConfig tree.config;
      freeConfig =
        (mergeDefinitions prefix freeformType (
          map (d: {
            inherit (d) file;
            value = lib.setAttrByPath (lib.drop (length prefix) d.path) d.value;
          }) tree.unmatched
        )).optionalValue.value or { };

      firstUnmatched = head tree.unmatched;
      checked =
        if tree.config._module.check && freeformType == null && tree.unmatched != [ ] then
          throw "The option `${showOption firstUnmatched.path}' does not exist. Definition values:${
            showDefs (filter (d: d.path == firstUnmatched.path) tree.unmatched)
          }"
        else
          config;

      result = {
        _type = "configuration";
        inherit options class;
        config = builtins.removeAttrs checked [ "_module" ];
        _module = tree.config._module;
        extendModules =
          {
            modules ? [ ],
            specialArgs ? { },
            prefix ? [ ],
          }:
          evalModules (
            evaluation
            // {
              modules = evaluation.modules ++ modules;
              specialArgs = evaluation.specialArgs or { } // specialArgs;
              prefix = evaluation.prefix or [ ] ++ prefix;
            }
          );
        type = types.submoduleWith {
          inherit modules specialArgs class;
        };
      };
    in
    result;

  # A module with another file's name, where it does not say its own.
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };

  # --- Aliases --------------------------------------------------------------

  mkAliasDefinitions = mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions = wrap: option: mkAliasIfDef option (wrap (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    mkAliasIfDef option (wrap (mkMerge (map (mkOverride (option.highestPrio or defaultPriority)) option.definitions)));
  mkAliasIfDef = option: mkIf (isOption option && option.isDefined);

  doRename =
    {
      from,
      to,
      visible,
      warn,
      use,
      withPriority ? true,
      condition ? true,
    }:
    { config, options, ... }:
    let
      source = lib.getAttrFromPath from options;
      wrap = lib.setAttrByPath to;
    in
    {
      options = lib.setAttrByPath from (
        lib.mkOption {
          inherit visible;
          description = "Alias of {option}`${showOption to}`.";
          apply =
            _:
            use (
              lib.attrByPath to (throw "Renaming error: option `${showOption to}' does not exist.") config
            );
        }
      );
      config = mkMerge [
        (lib.optionalAttrs (options ? warnings) {
          warnings =
            lib.optional (warn && source.isDefined)
              "The option `${showOption from}' defined in ${showFiles source.files} has been renamed to `${showOption to}'.";
        })
        (mkIf condition (if withPriority then mkAliasAndWrapDefsWithPriority wrap source else mkAliasAndWrapDefinitions wrap source))
      ];
    };
in
{
  inherit
    doRename
    evalModules
    mergeDefinitions
    mkAliasAndWrapDefinitions
    mkAliasAndWrapDefsWithPriority
    mkAliasDefinitions
    mkAliasIfDef
    mkDefinition
    mkIf
    mkMerge
    mkOrder
    mkOverride
    setDefaultModuleLocation
    ;
  inherit defaultPriority;
  defaultOverridePriority = defaultPriority;
  defaultOrderPriority = defaultOrder;

  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkAssert =
    check: message: content:
    mkIf (if check then true else throw "\nFailed assertion: ${message}") content;
  mkFixStrictness = lib.id;

  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = lib.id;
    };
  mkRenamedOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = value: builtins.trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'." value;
    };
  mkRemovedOptionModule =
    path: instructions:
    { options, ... }:
    let
      option = lib.getAttrFromPath path options;
    in
    {
      options = lib.setAttrByPath path (
        lib.mkOption {
          visible = false;
          apply = _: throw "The option `${showOption path}' can no longer be used since it's been removed. ${instructions}";
        }
      );
      config = lib.optionalAttrs (options ? assertions) {
        assertions = lib.optional option.isDefined {
          assertion = false;
          message = "The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; please remove it.\n${instructions}";
        };
      };
    };
  # A renaming that warns only from the release on that users can have moved in.
  mkRenamedOptionModuleWith =
    {
      from,
      to,
      sinceRelease,
    }:
    doRename {
      inherit from to;
      visible = false;
      warn = lib.oldestSupportedReleaseIsAtLeast sinceRelease;
      use = lib.warnIf (lib.oldestSupportedReleaseIsAtLeast sinceRelease) "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };
  # One option in place of several, its value a function of the configuration.
  mkMergedOptionModule =
    from: to: merge:
    { config, options, ... }:
    {
      options = lib.foldl' lib.recursiveUpdate { } (
        map (
          path:
          lib.setAttrByPath path (
            lib.mkOption {
              visible = false;
              # What is not defined here has no value that could be merged.
              default = "_mkMergedOptionModule";
            }
          )
        ) from
      );
      config = mkMerge [
        (lib.optionalAttrs (options ? warnings) {
          warnings = filter (message: message != "") (
            map (
              path:
              let
                option = lib.getAttrFromPath path options;
              in
              lib.optionalString (lib.getAttrFromPath path config != "_mkMergedOptionModule")
                "The option `${showOption path}' defined in ${showFiles option.files} has been changed to `${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your configuration accordingly."
            ) from
          );
        })
        (lib.setAttrByPath to (
          mkIf (lib.any (path: lib.getAttrFromPath path config != "_mkMergedOptionModule") from) (merge config)
        ))
      ];
    };
  mkChangedOptionModule =
    from: to: change:
    lib.modules.mkMergedOptionModule [ from ] to change;
  mkAliasOptionModuleMD = lib.modules.mkAliasOptionModule;
  # A definition that follows another option, with its priority.
  mkDerivedConfig = option: f: mkOverride (option.highestPrio or defaultPriority) (f option.value);

  # A module from a file that is a function of more than the module's arguments.
  importApply = path: argument: setDefaultModuleLocation path (import path argument);

  # The value within whatever properties the definition has.
  mapDefinitionValue =
    f: definition:
    let
      go = lib.modules.mapDefinitionValue f;
    in
    if isType "merge" definition then
      definition // { contents = map go definition.contents; }
    else if isType "if" definition || isType "override" definition || isType "order" definition then
      definition // { content = go definition.content; }
    else if isType "definition" definition then
      definition // { value = go definition.value; }
    else
      f definition;

  importJSON = file: {
    _file = file;
    config = lib.trivial.importJSON file;
  };
  importTOML = file: {
    _file = file;
    config = lib.trivial.importTOML file;
  };
}
