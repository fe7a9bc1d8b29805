# The types of options: what a definition may be, how definitions are merged,
# and how the types of two declarations of one option are.
{ lib }:
let
  inherit (builtins)
    all
    concatMap
    elem
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    ;
  inherit (lib.options)
    getFiles
    getValues
    mergeDefaultOption
    mergeEqualOption
    mergeOneOption
    mergeUniqueOption
    showDefs
    showFiles
    showOption
    ;
  inherit (lib.modules) evalModules mergeDefinitions setDefaultModuleLocation;

  isType = type: value: value._type or "" == type;
  setType = type: value: value // { _type = type; };

  isOptionType = isType "option-type";

  # How two uses of a type make one: by name, and by what they were made from.
  defaultFunctor = name: {
    inherit name;
    type = types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = a: b: null;
  };
  defaultTypeMerge =
    left: right:
    let
      wrapped = left.wrapped.typeMerge right.wrapped.functor;
      payload = left.binOp left.payload right.payload;
    in
    if left.name != right.name then
      null
    else if left.payload != null || right.payload != null then
      if left.payload == null || right.payload == null || payload == null then null else left.type payload
    else if left.wrapped != null && right.wrapped != null then
      if wrapped == null then null else left.type wrapped
    else
      left.type;

  mkOptionType =
    {
      name,
      description ? null,
      descriptionClass ? null,
      check ? (_: true),
      merge ? mergeDefaultOption,
      # { value = …; } where no definition at all has a value.
      emptyValue ? { },
      getSubOptions ? (_: { }),
      getSubModules ? null,
      substSubModules ? (_: null),
      typeMerge ? defaultTypeMerge functor,
      functor ? defaultFunctor name,
      deprecationMessage ? null,
      nestedTypes ? { },
      ...
    }@attrs:
    {
      _type = "option-type";
      description = if description == null then name else description;
      inherit
        name
        descriptionClass
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        typeMerge
        functor
        deprecationMessage
        nestedTypes
        ;
    };

  # The functor of a type that wraps another.
  elementFunctor =
    name: type: elemType:
    defaultFunctor name
    // {
      inherit type;
      # Older readers look here.
      wrapped = elemType;
      payload = { inherit elemType; };
      binOp =
        left: right:
        let
          merged = left.elemType.typeMerge right.elemType.functor;
        in
        if merged == null then null else { elemType = merged; };
    };

  simple =
    name: description: check:
    mkOptionType {
      inherit name description check;
      descriptionClass = "noun";
      merge = mergeEqualOption;
    };

  # A description within another's: in parentheses, unless it is of a class that
  # reads well there without.
  optionDescriptionPhrase =
    isPlain: type: if isPlain (type.descriptionClass or null) then type.description else "(${type.description})";
  isNoun = class: class == "noun";
  isNounOrComposite = class: class == "noun" || class == "composite";
  isNounOrConjunction = class: class == "noun" || class == "conjunction";

  # One attribute's definitions out of definitions of whole sets.
  mergeSets =
    loc: definitions: one:
    builtins.zipAttrsWith (name: one (loc ++ [ name ])) (
      map (
        definition:
        builtins.mapAttrs (_: value: {
          inherit (definition) file;
          inherit value;
        }) definition.value
      ) definitions
    );

  types = rec {
    inherit
      defaultFunctor
      defaultTypeMerge
      isOptionType
      isType
      mkOptionType
      optionDescriptionPhrase
      setType
      ;
    inherit types;

    # One type of two, or what says that there is none.
    mergeTypes =
      left: right:
      if !(isOptionType left && isOptionType right) then
        throw "types.mergeTypes: both arguments must be types"
      else
        let
          merged = left.typeMerge right.functor;
        in
        if merged == null then setType "merge-error" { error = "Cannot merge two types"; } else merged;

    unspecified = mkOptionType {
      name = "unspecified";
      description = "unspecified value";
      descriptionClass = "noun";
    };
    raw = mkOptionType {
      name = "raw";
      description = "raw value";
      descriptionClass = "noun";
      merge = mergeOneOption;
    };
    # Merged by what the values are, deeply.
    anything = mkOptionType {
      name = "anything";
      description = "anything";
      descriptionClass = "noun";
      merge =
        loc: definitions:
        let
          values = getValues definitions;
          kinds = lib.unique (map (v: if lib.isStringLike v && !isString v then "stringCoercible" else builtins.typeOf v) values);
        in
        if length kinds > 1 then
          throw "The option `${showOption loc}' has conflicting option types in ${showFiles (getFiles definitions)}"
        else if head kinds == "set" then
          (lazyAttrsOf anything).merge loc definitions
        else if head kinds == "lambda" then
          argument: anything.merge (loc ++ [ "<function body>" ]) (map (d: d // { value = d.value argument; }) definitions)
        else if head kinds == "list" then
          if length definitions == 1 then head values else throw "The option `${showOption loc}' has several lists, in ${showFiles (getFiles definitions)}"
        else
          mergeEqualOption loc definitions;
    };

    bool = simple "bool" "boolean" isBool;
    boolByOr = mkOptionType {
      name = "boolByOr";
      descriptionClass = "noun";
      description = "boolean (merged using or)";
      check = isBool;
      merge = _: definitions: lib.any (d: d.value) definitions;
    };
    int = simple "int" "signed integer" isInt;
    float = simple "float" "floating point number" isFloat;
    number = either int float;
    ints =
      let
        between =
          lowest: highest:
          addCheck int (x: x >= lowest && x <= highest)
          // {
            name = "intBetween";
            description = "integer between ${toString lowest} and ${toString highest} (both inclusive)";
          };
      in
      {
        inherit between;
        unsigned = addCheck int (x: x >= 0) // {
          name = "unsignedInt";
          description = "unsigned integer, meaning >=0";
          descriptionClass = "nonRestrictiveClause";
        };
        positive = addCheck int (x: x > 0) // {
          name = "positiveInt";
          description = "positive integer, meaning >0";
          descriptionClass = "nonRestrictiveClause";
        };
        u8 = between 0 255;
        u16 = between 0 65535;
        u32 = between 0 4294967295;
        s8 = between (-128) 127;
        s16 = between (-32768) 32767;
        s32 = between (-2147483648) 2147483647;
      };
    port = ints.u16;
    numbers =
      let
        between =
          lowest: highest:
          addCheck number (x: x >= lowest && x <= highest)
          // {
            name = "numberBetween";
            description = "integer or floating point number between ${builtins.toJSON lowest} and ${builtins.toJSON highest} (both inclusive)";
          };
      in
      {
        inherit between;
        nonnegative = addCheck number (x: x >= 0) // {
          name = "numberNonnegative";
          description = "nonnegative integer or floating point number, meaning >=0";
          descriptionClass = "nonRestrictiveClause";
        };
        positive = addCheck number (x: x > 0) // {
          name = "numberPositive";
          description = "positive integer or floating point number, meaning >0";
          descriptionClass = "nonRestrictiveClause";
        };
      };

    str = simple "str" "string" isString;
    nonEmptyStr = addCheck str (s: builtins.match "[ \t\n]*" s == null) // {
      name = "nonEmptyStr";
      description = "non-empty string";
    };
    singleLineStr = addCheck str (s: !lib.hasInfix "\n" s) // {
      name = "singleLineStr";
      description = "(optionally newline-terminated) single-line string";
    };
    strMatching =
      pattern:
      simple "strMatching ${lib.escapeNixString pattern}" "string matching the pattern ${pattern}" (
        s: isString s && builtins.match pattern s != null
      );
    separatedString =
      separator:
      mkOptionType {
        name = "separatedString";
        descriptionClass = "noun";
        description = "strings concatenated with ${builtins.toJSON separator}";
        check = isString;
        merge = _: definitions: lib.concatStringsSep separator (getValues definitions);
        functor = defaultFunctor "separatedString" // {
          payload = separator;
          type = separatedString;
          binOp = a: b: if a == b then a else null;
        };
      };
    lines = separatedString "\n";
    commas = separatedString ",";
    envVar = separatedString ":";
    string = separatedString "";

    path = simple "path" "absolute path" (x: lib.isStringLike x && builtins.substring 0 1 (toString x) == "/");
    pathInStore = addCheck path (x: lib.hasPrefix "${builtins.storeDir}/" (toString x)) // {
      name = "pathInStore";
      description = "path in the Nix store";
    };
    externalPath = pathWith {
      absolute = true;
      inStore = false;
    };
    # What is not said (null) does not matter.
    pathWith =
      {
        inStore ? null,
        absolute ? null,
      }:
      simple "path"
        (
          lib.concatStrings (
            lib.optional (absolute != null) (if absolute then "absolute " else "relative ")
            ++ [ "path" ]
            ++ lib.optional (inStore != null) (if inStore then " in the Nix store" else " not in the Nix store")
          )
        )
        (
          x:
          let
            text = toString x;
            isInStore = builtins.match "${builtins.storeDir}/[^.].*" text != null;
            isAbsolute = builtins.substring 0 1 text == "/";
          in
          lib.isStringLike x
          && (inStore == null || inStore == isInStore)
          && (absolute == null || absolute == isAbsolute)
        );
    fileset = mkOptionType {
      name = "fileset";
      description = "fileset";
      descriptionClass = "noun";
      check = lib.fileset.isFileset;
      merge = _: definitions: lib.fileset.unions (getValues definitions);
      emptyValue.value = lib.fileset.empty;
    };
    luaInline = mkOptionType {
      name = "luaInline";
      description = "inline lua";
      descriptionClass = "noun";
      check = x: x._type or null == "lua-inline";
      merge = mergeEqualOption;
    };
    # A set with one attribute of those declared: { a = mkOption …; b = mkOption …; }.
    attrTag =
      tags:
      let
        names = lib.concatStringsSep ", " (map lib.escapeNixIdentifier (builtins.attrNames tags));
      in
      mkOptionType {
        name = "attrTag";
        description = "attribute-tagged union with choices: ${names}";
        descriptionClass = "noun";
        check = x: isAttrs x && length (builtins.attrNames x) == 1 && tags ? ${head (builtins.attrNames x)};
        getSubOptions = prefix: builtins.mapAttrs (name: option: option // { loc = prefix ++ [ name ]; }) tags;
        merge =
          loc: definitions:
          let
            choices = lib.unique (map (d: head (builtins.attrNames d.value)) definitions);
            choice = head choices;
            merged =
              (evalModules {
                prefix = loc;
                modules = [
                  { options.${choice} = tags.${choice}; }
                ]
                ++ map (d: {
                  _file = d.file;
                  config = d.value;
                }) definitions;
              }).config;
          in
          if length choices == 1 then
            { ${choice} = merged.${choice}; }
          else
            throw "The option `${showOption loc}' is defined both as `${choice}' and `${lib.elemAt choices 1}', in ${showFiles (getFiles definitions)}.";
      };
    # What a configuration file's format can hold.
    serializableValueWith =
      {
        typeName,
        nullable ? true,
      }:
      let
        atom = oneOf [
          bool
          int
          float
          str
          path
          (attrsOf value)
          (listOf value)
        ];
        value = (if nullable then nullOr atom else atom) // {
          description = "${typeName} value";
          descriptionClass = "noun";
        };
      in
      value;
    json = serializableValueWith { typeName = "JSON"; };
    toml = serializableValueWith {
      typeName = "TOML";
      nullable = false;
    };
    passwdEntry =
      elemType:
      addCheck elemType (x: !lib.hasInfix ":" x && !lib.hasInfix "\n" x)
      // {
        name = "passwdEntry ${elemType.name}";
        description = "${optionDescriptionPhrase isNoun elemType}, not containing newlines or colons";
        descriptionClass = "nonRestrictiveClause";
      };
    package = mkOptionType {
      name = "package";
      descriptionClass = "noun";
      check = x: lib.isDerivation x || lib.isStorePath x;
      merge =
        loc: definitions:
        let
          value = mergeOneOption loc definitions;
        in
        if builtins.isPath value || (isString value && !builtins.hasContext value) then lib.toDerivation value else value;
    };
    shellPackage = addCheck package (x: x ? shellPath);
    pkgs = addCheck (
      unique { message = "A package set must be given once."; } attrs
      // {
        name = "pkgs";
        description = "Nixpkgs package set";
      }
    ) (x: x._type or null == "pkgs" || x ? stdenv);

    listOf =
      elemType:
      mkOptionType {
        name = "listOf";
        description = "list of ${optionDescriptionPhrase isNounOrComposite elemType}";
        descriptionClass = "composite";
        check = isList;
        emptyValue.value = [ ];
        merge =
          loc: definitions:
          map (x: x.value) (
            lib.filter (x: x ? value) (
              lib.concatLists (
                lib.imap1 (
                  n: definition:
                  lib.imap1 (
                    m: value:
                    (mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType [
                      {
                        inherit (definition) file;
                        inherit value;
                      }
                    ]).optionalValue
                  ) definition.value
                ) definitions
              )
            )
          );
        getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
        getSubModules = elemType.getSubModules;
        substSubModules = modules: listOf (elemType.substSubModules modules);
        functor = elementFunctor "listOf" ({ elemType }: listOf elemType) elemType;
        nestedTypes.elemType = elemType;
      };
    nonEmptyListOf =
      elemType:
      let
        list = addCheck (listOf elemType) (xs: xs != [ ]);
      in
      list
      // {
        description = "non-empty ${list.description}";
        emptyValue = { };
      };

    attrs = mkOptionType {
      name = "attrs";
      description = "attribute set";
      check = isAttrs;
      merge = _: definitions: lib.foldl' (all: d: all // d.value) { } definitions;
      emptyValue.value = { };
    };
    attrsOf = elemType: attrsWith { inherit elemType; };
    # Attributes are not left out where all their definitions are off: whether
    # there is one does not depend on what it is.
    lazyAttrsOf =
      elemType:
      attrsWith {
        inherit elemType;
        lazy = true;
      };
    attrsWith =
      {
        elemType,
        lazy ? false,
        placeholder ? "name",
      }:
      mkOptionType {
        name = if lazy then "lazyAttrsOf" else "attrsOf";
        description = "${lib.optionalString lazy "lazy "}attribute set of ${optionDescriptionPhrase isNounOrComposite elemType}";
        descriptionClass = "composite";
        check = isAttrs;
        emptyValue.value = { };
        merge =
          loc: definitions:
          if lazy then
            mergeSets loc definitions (
              here: own:
              let
                merged = mergeDefinitions here elemType own;
              in
              merged.optionalValue.value or elemType.emptyValue.value or merged.mergedValue
            )
          else
            builtins.mapAttrs (_: x: x.value) (
              lib.filterAttrs (_: x: x ? value) (
                mergeSets loc definitions (here: own: (mergeDefinitions here elemType own).optionalValue)
              )
            );
        getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
        getSubModules = elemType.getSubModules;
        substSubModules =
          modules:
          attrsWith {
            elemType = elemType.substSubModules modules;
            inherit lazy placeholder;
          };
        functor = defaultFunctor "attrsWith" // {
          wrapped = elemType;
          type = attrsWith;
          payload = {
            inherit elemType lazy placeholder;
          };
          binOp =
            left: right:
            let
              merged = left.elemType.typeMerge right.elemType.functor;
            in
            if merged == null || left.lazy != right.lazy then
              null
            else
              {
                elemType = merged;
                inherit (left) lazy;
                placeholder = if left.placeholder == "name" then right.placeholder else left.placeholder;
              };
        };
        nestedTypes.elemType = elemType;
      };

    uniq = unique { message = ""; };
    unique =
      { message }:
      type:
      mkOptionType {
        name = "unique";
        inherit (type)
          check
          description
          descriptionClass
          emptyValue
          getSubModules
          getSubOptions
          ;
        merge = mergeUniqueOption {
          inherit message;
          inherit (type) merge;
        };
        substSubModules = modules: uniq (type.substSubModules modules);
        functor = elementFunctor "unique" ({ elemType }: unique { inherit message; } elemType) type;
        nestedTypes.elemType = type;
      };
    nullOr =
      elemType:
      mkOptionType {
        name = "nullOr";
        description = "null or ${optionDescriptionPhrase isNounOrConjunction elemType}";
        descriptionClass = "conjunction";
        check = x: x == null || elemType.check x;
        emptyValue.value = null;
        merge =
          loc: definitions:
          let
            nulls = lib.count (d: d.value == null) definitions;
          in
          if nulls == length definitions then
            null
          else if nulls != 0 then
            throw "The option `${showOption loc}' is defined both null and not null, in ${showFiles (getFiles definitions)}."
          else
            elemType.merge loc definitions;
        inherit (elemType) getSubModules getSubOptions;
        substSubModules = modules: nullOr (elemType.substSubModules modules);
        functor = elementFunctor "nullOr" ({ elemType }: nullOr elemType) elemType;
        nestedTypes.elemType = elemType;
      };
    functionTo =
      elemType:
      mkOptionType {
        name = "functionTo";
        description = "function that evaluates to a(n) ${optionDescriptionPhrase isNounOrComposite elemType}";
        descriptionClass = "composite";
        check = lib.isFunction;
        merge = loc: definitions: {
          # An argument is optional where it is so for all of them.
          __functionArgs = builtins.zipAttrsWith (_: all lib.id) (map (d: lib.functionArgs d.value) definitions);
          __functor =
            _: argument:
            (mergeDefinitions (loc ++ [ "<function body>" ]) elemType (
              map (d: {
                inherit (d) file;
                value = d.value argument;
              }) definitions
            )).mergedValue;
        };
        getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
        getSubModules = elemType.getSubModules;
        substSubModules = modules: functionTo (elemType.substSubModules modules);
        functor = elementFunctor "functionTo" ({ elemType }: functionTo elemType) elemType;
        nestedTypes.elemType = elemType;
      };

    submodule =
      module:
      submoduleWith {
        shorthandOnlyDefinesConfig = true;
        modules = lib.toList module;
      };
    submoduleWith =
      {
        modules,
        specialArgs ? { },
        shorthandOnlyDefinesConfig ? false,
        description ? null,
        class ? null,
      }@attrs:
      let
        evaluate =
          loc: more:
          evalModules {
            inherit class specialArgs;
            prefix = loc;
            modules = modules ++ [ { _module.args.name = lib.mkOptionDefault (if loc == [ ] then "" else lib.last loc); } ] ++ more;
          };
        asModule =
          definition:
          if isAttrs definition.value && shorthandOnlyDefinesConfig then
            {
              _file = definition.file;
              config = definition.value;
            }
          else
            setDefaultModuleLocation definition.file definition.value;
        freeform = (evaluate [ ] [ ])._module.freeformType;
      in
      mkOptionType {
        name = "submodule";
        description = if description != null then description else "submodule";
        check = x: isAttrs x || lib.isFunction x || path.check x;
        emptyValue.value = { };
        merge = loc: definitions: (evaluate loc (map asModule definitions)).config;
        getSubOptions =
          prefix:
          let
            options = (evaluate prefix [ ]).options;
          in
          builtins.removeAttrs options [ "_module" ]
          // lib.optionalAttrs (freeform != null) { _freeformOptions = freeform.getSubOptions prefix; };
        getSubModules = modules;
        substSubModules = new: submoduleWith (attrs // { modules = new; });
        nestedTypes = lib.optionalAttrs (freeform != null) { freeformType = freeform; };
        functor = defaultFunctor "submodule" // {
          type = submoduleWith;
          payload = {
            inherit
              modules
              specialArgs
              shorthandOnlyDefinesConfig
              description
              class
              ;
          };
          binOp =
            left: right:
            let
              both = builtins.attrNames (builtins.intersectAttrs left.specialArgs right.specialArgs);
            in
            if both != [ ] || (left.class != null && right.class != null && left.class != right.class) then
              null
            else
              {
                modules = left.modules ++ right.modules;
                specialArgs = left.specialArgs // right.specialArgs;
                # A declaration made only to add options does not decide it.
                shorthandOnlyDefinesConfig = left.shorthandOnlyDefinesConfig || right.shorthandOnlyDefinesConfig;
                description = if left.description != null then left.description else right.description;
                class = if left.class != null then left.class else right.class;
              };
        };
      };

    # A module, to be evaluated by whoever reads the option.
    deferredModule = deferredModuleWith { };
    deferredModuleWith =
      {
        staticModules ? [ ],
      }@attrs:
      mkOptionType {
        name = "deferredModule";
        description = "module";
        check = x: isAttrs x || lib.isFunction x || path.check x;
        merge = loc: definitions: {
          imports =
            staticModules
            ++ map (d: setDefaultModuleLocation "${d.file}, via option ${showOption loc}" d.value) definitions;
        };
        inherit (submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
        substSubModules = new: deferredModuleWith (attrs // { staticModules = new; });
        functor = defaultFunctor "deferredModuleWith" // {
          type = deferredModuleWith;
          payload = {
            inherit staticModules;
          };
          binOp = left: right: { staticModules = left.staticModules ++ right.staticModules; };
        };
      };
    # A type, for options that say what type another has.
    optionType = mkOptionType {
      name = "optionType";
      description = "optionType";
      check = isOptionType;
      merge =
        loc: definitions:
        let
          merged = lib.foldl' (
            all: d: if all == null then null else all.typeMerge d.value.functor
          ) (head definitions).value (lib.tail definitions);
        in
        if merged == null then
          throw "The option `${showOption loc}' has types that do not fit each other, in ${showFiles (getFiles definitions)}"
        else
          merged;
    };

    enum =
      values:
      mkOptionType {
        name = "enum";
        description =
          if length values == 1 then
            "value ${lib.generators.toPretty { multiline = false; } (head values)} (singular enum)"
          else
            "one of ${lib.concatMapStringsSep ", " (lib.generators.toPretty { multiline = false; }) values}";
        descriptionClass = if length values < 2 then "noun" else "conjunction";
        check = x: elem x values;
        merge = mergeEqualOption;
        functor = defaultFunctor "enum" // {
          payload = { inherit values; };
          type = payload: enum payload.values;
          binOp = a: b: { values = lib.unique (a.values ++ b.values); };
        };
      };
    either =
      left: right:
      mkOptionType {
        name = "either";
        description =
          let
            # "positive integer, meaning >0, or …": the clause ends with a comma.
            first =
              if left.descriptionClass or null == "nonRestrictiveClause" then
                "${left.description},"
              else
                optionDescriptionPhrase isNounOrConjunction left;
            second = optionDescriptionPhrase (class: isNounOrConjunction class || class == "composite") right;
          in
          "${first} or ${second}";
        descriptionClass = "conjunction";
        check = x: left.check x || right.check x;
        merge =
          loc: definitions:
          let
            values = getValues definitions;
          in
          if all left.check values then
            left.merge loc definitions
          else if all right.check values then
            right.merge loc definitions
          else
            mergeOneOption loc definitions;
        functor = defaultFunctor "either" // {
          type = { elemType }: either (head elemType) (lib.last elemType);
          payload.elemType = [
            left
            right
          ];
          binOp =
            a: b:
            let
              first = (head a.elemType).typeMerge (head b.elemType).functor;
              second = (lib.last a.elemType).typeMerge (lib.last b.elemType).functor;
            in
            if first == null || second == null then
              null
            else
              {
                elemType = [
                  first
                  second
                ];
              };
        };
        nestedTypes = {
          inherit left right;
        };
      };
    oneOf = list: if list == [ ] then throw "List passed to types.oneOf must not be empty" else lib.foldl' either (head list) (lib.tail list);
    # Definitions of another type are changed into this one.
    coercedTo =
      from: change: to:
      mkOptionType {
        name = "coercedTo";
        description = "${optionDescriptionPhrase isNoun to} or ${optionDescriptionPhrase isNoun from} convertible to it";
        check = x: (from.check x && to.check (change x)) || to.check x;
        merge =
          loc: definitions:
          to.merge loc (map (d: if from.check d.value then d // { value = change d.value; } else d) definitions);
        inherit (to) emptyValue getSubModules getSubOptions;
        substSubModules = modules: coercedTo from change (to.substSubModules modules);
        typeMerge = _: null;
        nestedTypes = {
          coercedType = from;
          finalType = to;
        };
      };
    addCheck = type: check: type // { check = x: type.check x && check x; };
  };
in
types
