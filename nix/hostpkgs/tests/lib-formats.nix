# Values as other programs' syntax and as documentation.
{ pkgs, lib, support }:
let
  inherit (lib) types;
  inherit (support) fails;
  flags = {
    v = true;
    level = 3;
    tag = [ "a" "b" ];
    quiet = false;
    nothing = null;
  };
  settings = lib.evalModules {
    modules = [
      {
        options.place = lib.mkOption {
          type = types.nullOr (types.listOf (types.either types.str types.int));
          default = [ ];
          description = "Where it is";
        };
        options.kind = lib.mkOption {
          type = types.attrTag {
            file = lib.mkOption { type = types.str; };
            port = lib.mkOption { type = types.port; };
          };
        };
        options.sub = lib.mkOption {
          visible = "shallow";
          type = types.submodule { options.hidden = lib.mkOption { }; };
        };
        config.kind.port = 80;
      }
      (lib.modules.importApply ./modules-apply.nix { value = "given"; })
    ];
  };
in
{
  commandLines = {
    expr = [
      (lib.cli.toCommandLineGNU { } flags)
      (lib.cli.toGNUCommandLine { } flags)
      (lib.cli.toGNUCommandLine { optionValueSeparator = "="; } flags)
      (lib.cli.toCommandLineShell (name: { option = "-${name}"; sep = " "; explicitBool = true; }) { a = true; })
    ];
    expected = [
      [ "--level=3" "--tag=a" "--tag=b" "-v" ]
      [ "--level" "3" "--tag" "a" "--tag" "b" "-v" ]
      [ "--level=3" "--tag=a" "--tag=b" "-v" ]
      "'-a true'"
    ];
  };
  git = {
    expr = lib.generators.toGitINI {
      user.name = "Jo";
      url."https://x".insteadOf = [ "y" "z" ];
      core.bare = true;
      "branch \"a.b\"".merge = "c";
    };
    expected = "[branch \"a.b\"]\n\tmerge = \"c\"\n\n[core]\n\tbare = true\n\n[url \"https://x\"]\n\tinsteadOf = \"y\"\n\tinsteadOf = \"z\"\n\n[user]\n\tname = \"Jo\"\n";
  };
  lua = {
    expr = [
      (lib.generators.toLua { multiline = false; } { a = [ 1 null true ]; f = lib.generators.mkLuaInline "x + 1"; })
      (lib.generators.toLua { asBindings = true; } { "vim.g" = { }; x = 1; })
      (fails (lib.generators.toLua { asBindings = true; } { "1x" = 1; }))
    ];
    expected = [ ''{ ["a"] = { 1, nil, true }, ["f"] = (x + 1) }'' "vim.g = {}\nx = 1\n" true ];
  };
  pretty = {
    expr = [
      (lib.generators.toPretty { } { text = "a\n\${b}\n"; number = 0.5; })
      (lib.generators.toPretty { multiline = false; } [ ({ a, b ? 1 }: a) (x: x) ])
      (lib.generators.toPretty { allowPrettyValues = true; } { __pretty = v: "<${v}>"; val = "own"; })
      (lib.generators.toPretty { multiline = false; } (
        lib.generators.withRecursion { depthLimit = 1; throwOnDepthLimit = false; } (let x = { inherit x; }; in x)
      ))
    ];
    expected = [
      "{\n  number = 0.5;\n  text = ''\n    a\n    ''\${b}\n  '';\n}"
      "[ <function, args: {a, b?}> <function> ]"
      "<own>"
      "{ x = { x = \"<unevaluated>\"; }; }"
    ];
  };
  descriptions = {
    expr = map (type: type.description) [
      (types.listOf (types.either types.str types.bool))
      (types.either types.ints.positive (types.enum [ "auto" ]))
      (types.nullOr (types.attrsOf types.int))
      (types.attrsOf (types.submodule { }))
    ];
    expected = [
      "list of (string or boolean)"
      "positive integer, meaning >0, or value \"auto\" (singular enum)"
      "null or (attribute set of signed integer)"
      "attribute set of (submodule)"
    ];
  };
  typesOfFormats = {
    expr = [
      (map types.json.check [ null 1 "x" { a = [ ]; } (x: x) ])
      (map types.toml.check [ null 1 ])
      (map types.numbers.nonnegative.check [ 0.5 (-1) ])
      (map (types.pathWith { absolute = false; }).check [ "a/b" "/a/b" ])
      (types.mergeTypes (types.enum [ 1 ]) (types.enum [ 2 ])).description
      (types.mergeTypes types.str types.int)._type
    ];
    expected = [ [ true true true true false ] [ false true ] [ true false ] [ true false ] "one of 1, 2" "merge-error" ];
  };
  tagged = {
    expr = settings.config.kind;
    expected.port = 80;
  };
  moduleWithArgument = {
    expr = settings.config.applied;
    expected = "given";
  };
  documentation = {
    expr = map (option: [ option.name option.type (option.default.text or null) ]) (
      builtins.filter (option: option.visible && !option.internal && lib.head option.loc != "_module") (lib.optionAttrSetToDocList settings.options)
    );
    expected = [
      [ "applied" "string" null ]
      [ "kind" "attribute-tagged union with choices: file, port" null ]
      [ "kind.file" "string" null ]
      [ "kind.port" types.port.description null ]
      [ "place" "null or (list of (string or signed integer))" "[ ]" ]
      [ "sub" "submodule" "{ }" ]
    ];
  };
  definitionsKeepTheirProperties = {
    expr = lib.modules.mapDefinitionValue (x: x + 1) (lib.mkMerge [ 1 (lib.mkForce (lib.mkIf true 2)) ]);
    expected = lib.mkMerge [ 2 (lib.mkForce (lib.mkIf true 3)) ];
  };
}
