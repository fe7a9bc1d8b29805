# The module system.
{ pkgs, lib, support }:
let
  inherit (lib) mkAfter mkBefore mkDefault mkForce mkIf mkMerge mkOption mkOverride types;
  inherit (support) fails;

  configOf = modules: (lib.evalModules { inherit modules; }).config;
  # The value of one option of a type, by its definitions.
  valueOf = type: definitions: (configOf ([ { options.value = mkOption { inherit type; }; } ] ++ map (value: { inherit value; }) definitions)).value;
  option = type: mkOption { inherit type; };
in
{
  defaultsAndPriorities = {
    expr = map (valueOf types.int) [
      [ 1 ]
      [ 1 (mkDefault 2) ]
      [ 1 (mkForce 2) ]
      [ (mkOverride 10 3) (mkForce 2) ]
      [ (mkIf false 4) (mkDefault 5) ]
      [ (mkMerge [ (mkIf true (mkForce 6)) 7 ]) ]
      [ (mkDefault (mkIf true 8)) ]
    ];
    expected = [ 1 1 2 3 5 6 8 ];
  };
  order = {
    expr = valueOf (types.listOf types.int) [ (mkAfter [ 9 ]) [ 5 ] (mkBefore [ 1 ]) ];
    expected = [ 1 5 9 ];
  };
  importsComeFirst = {
    expr =
      (configOf [
        {
          imports = [ { value = [ "imported" ]; } ];
          options.value = option (types.listOf types.str);
          config.value = [ "importer" ];
        }
      ]).value;
    expected = [ "imported" "importer" ];
  };
  # A path that is imported twice is one module.
  importedOnce = {
    expr =
      let
        file = builtins.toFile "module.nix" "{ lib, ... }: { value = [ 1 ]; }";
      in
      (configOf [ file { imports = [ file ]; options.value = option (types.listOf types.int); } ]).value;
    expected = [ 1 ];
  };
  disabledModules = {
    expr =
      let
        file = builtins.toFile "module.nix" "{ value = 1; }";
      in
      (configOf [ file { disabledModules = [ file ]; options.value = mkOption { default = 0; }; } ]).value;
    expected = 0;
  };
  arguments = {
    expr =
      (lib.evalModules {
        specialArgs.special = "special";
        modules = [
          { config._module.args.ordinary = "ordinary"; options.value = option types.str; options.other = mkOption { default = "other"; }; }
          ({ config, special, ordinary, options, ... }: { value = "${special} ${ordinary} ${config.other} ${toString (options ? value)}"; })
        ];
      }).config.value;
    expected = "special ordinary other 1";
  };
  lazyCondition = {
    expr = configOf [
      { options.a = mkOption { default = false; }; options.b.c = mkOption { default = 0; }; }
      ({ config, ... }: { config = mkIf config.a { b.c = 1; }; })
      { a = true; }
    ];
    expected = { a = true; b.c = 1; };
  };
  apply = {
    expr = (configOf [ { options.value = mkOption { default = 2; apply = x: x * 2; }; } ]).value;
    expected = 4;
  };
  extendModules = {
    expr =
      let
        first = lib.evalModules { modules = [ { options.value = mkOption { default = 1; }; } ]; };
      in
      [ first.config.value (first.extendModules { modules = [ { value = 2; } ]; }).config.value ];
    expected = [ 1 2 ];
  };

  # types
  sets = {
    expr = [
      (valueOf (types.attrsOf types.int) [ { a = 1; } { b = 2; c = mkIf false 3; } ])
      (builtins.attrNames (valueOf (types.lazyAttrsOf types.int) [ { a = mkIf false 1; } ]))
      (valueOf (types.lazyAttrsOf types.int) [ { a = throw "forced"; b = 2; } ]).b
      (valueOf types.attrs [ { a = 1; } { b = 2; } ])
      (valueOf types.anything [ { a.b = 1; } { a.c = 2; } ])
    ];
    expected = [ { a = 1; b = 2; } [ "a" ] 2 { a = 1; b = 2; } { a = { b = 1; c = 2; }; } ];
  };
  simpleTypes = {
    expr = [
      (valueOf types.lines [ "b" (mkBefore "a") ])
      (valueOf (types.nullOr types.int) [ null ])
      (valueOf (types.either types.int types.str) [ "x" ])
      (valueOf (types.oneOf [ types.int types.str types.bool ]) [ true ])
      (valueOf (types.coercedTo types.int toString types.str) [ 3 ])
      (valueOf (types.enum [ "a" "b" ]) [ "b" ])
      (valueOf types.boolByOr [ false true ])
      (valueOf (types.strMatching "[a-z]+") [ "abc" ])
      (valueOf types.port [ 8080 ])
      (valueOf types.package [ pkgs.bash ]).name
      (valueOf (types.uniq types.int) [ 1 ])
      ((valueOf (types.functionTo (types.listOf types.int)) [ (x: [ x ]) (x: [ (x + 1) ]) ]) 1)
      ((valueOf (types.functionTo types.attrs) [ ({ a, b ? 1 }: { inherit a; }) ]) { a = 5; }).a
    ];
    expected = [ "a\nb" null "x" true "3" "b" true "abc" 8080 pkgs.bash.name 1 [ 2 1 ] 5 ];
  };
  wrongValues = {
    expr = [
      (fails (valueOf types.int [ "x" ]))
      (fails (valueOf types.int [ 1 2 ]))
      (valueOf types.int [ 1 1 ])
      (fails (valueOf types.int [ ]))
      (fails (valueOf types.port [ 70000 ]))
      (fails (valueOf (types.enum [ "a" ]) [ "b" ]))
      (fails (valueOf (types.uniq types.int) [ 1 1 ]))
      (fails (valueOf (types.nullOr types.int) [ null 1 ]))
      (fails (valueOf (types.listOf types.int) [ [ "x" ] ]))
      (fails (configOf [ { options.value = mkOption { readOnly = true; default = 1; }; } { value = 2; } { value = 3; } ]).value)
    ];
    expected = [ true true 1 true true true true true true true ];
  };
  unknownOption = {
    expr = [
      (fails (configOf [ { nothing = 1; } ]))
      (fails (configOf [ { options.a.b = mkOption { default = 1; }; } { a.c = 1; } ]))
      (configOf [ { _module.check = false; nothing = 1; } ])
      (fails (configOf [ { options = { }; unsupported = 1; } ]))
    ];
    expected = [ true true { } true ];
  };
  freeform = {
    expr = configOf [
      { freeformType = types.lazyAttrsOf types.raw; options.known.option = mkOption { default = 1; }; }
      { free = 2; known.other = 3; }
    ];
    expected = { free = 2; known = { option = 1; other = 3; }; };
  };

  # submodules
  submodules = {
    expr =
      valueOf
        (types.attrsOf (types.submodule ({ name, config, ... }: {
          options.name = mkOption { default = name; };
          options.twice = mkOption { default = config.number * 2; };
          options.number = option types.int;
        })))
        [
          { first.number = 1; }
          { second = { number = 2; name = "other"; }; first.twice = mkDefault 3; }
        ];
    expected = {
      first = { name = "first"; number = 1; twice = 3; };
      second = { name = "other"; number = 2; twice = 4; };
    };
  };
  submoduleWith = {
    expr =
      valueOf (types.submoduleWith { specialArgs.word = "hello"; modules = [ { options.text = option types.str; } ]; })
        [ ({ word, ... }: { text = word; }) ];
    expected.text = "hello";
  };
  # Options declared below an option that is a submodule, by other modules.
  optionsBelowSubmodule = {
    expr = configOf [
      { options.outer = mkOption { default = { }; type = types.submoduleWith { modules = [ { freeformType = types.lazyAttrsOf types.raw; } ]; }; }; }
      { options.outer.inner = mkOption { default = 1; }; }
      { outer.inner = 2; outer.free = 3; }
    ];
    expected.outer = { inner = 2; free = 3; };
  };
  mergedDeclarations = {
    expr = [
      (configOf [
        { options.value = mkOption { type = types.enum [ "a" ]; }; }
        { options.value = mkOption { type = types.enum [ "b" ]; }; }
        { value = "b"; }
      ]).value
      (fails (configOf [ { options.value = mkOption { type = types.int; }; } { options.value = mkOption { type = types.str; }; } { value = 1; } ]).value)
    ];
    expected = [ "b" true ];
  };
  deferredModule = {
    expr =
      let
        outer = configOf [
          { options.perHost = option types.deferredModule; }
          { perHost = { host, ... }: { greeting = "hello ${host}"; }; }
          { perHost.options.greeting = option types.str; }
        ];
      in
      (lib.evalModules { specialArgs.host = "initech"; modules = [ outer.perHost ]; }).config.greeting;
    expected = "hello initech";
  };

  aliases = {
    # The priority comes along.
    expr =
      (configOf [
        (lib.mkAliasOptionModule [ "old" ] [ "new" "place" ])
        { options.new.place = option types.int; }
        { old = mkForce 5; }
        { new.place = 1; }
      ]).new.place;
    expected = 5;
  };
  enableOption = {
    expr = (configOf [ { options.service.enable = lib.mkEnableOption "the service"; } { service.enable = true; } ]).service.enable;
    expected = true;
  };
  files = {
    expr =
      (lib.evalModules { modules = [ { options.value = mkOption { default = 1; }; } (lib.setDefaultModuleLocation "some-file" { value = 2; }) ]; })
      .options.value.files;
    expected = [ "some-file" ];
  };
  classes = {
    expr = [
      (fails (lib.evalModules { class = "flake"; modules = [ { _class = "nixos"; } ]; }).config)
      (lib.evalModules { class = "flake"; modules = [ { _class = "flake"; } ]; }).config
    ];
    expected = [ true { } ];
  };
  documentation = {
    expr = map (entry: entry.name) (lib.optionAttrSetToDocList (lib.evalModules { modules = [ { options.a.b = mkOption { }; } ]; }).options.a);
    expected = [ "a.b" ];
  };
}
