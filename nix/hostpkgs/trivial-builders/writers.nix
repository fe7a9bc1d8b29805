# Programs and data from text: pkgs.writers.
final:
let
  inherit (final) lib;

  # A name that is a path ("/bin/x") says where the file is within the output.
  makeScriptWriter =
    {
      interpreter,
      check ? "",
      makeWrapperArgs ? [ ],
    }:
    nameOrPath: content:
    let
      isPath = lib.hasPrefix "/" nameOrPath;
      name = lib.last (lib.splitString "/" nameOrPath);
      text = if builtins.isPath content then builtins.readFile content else content;
    in
    final.runCommandLocal name
      {
        script = "#!${interpreter}\n${text}";
        passAsFile = [ "script" ];
        nativeBuildInputs = lib.optional (makeWrapperArgs != [ ]) final.makeWrapper;
        meta = lib.optionalAttrs isPath { mainProgram = name; };
      }
      ''
        target="$out${lib.optionalString isPath nameOrPath}"
        mkdir -p "$(dirname "$target")"
        ${lib.optionalString (check != "") ''${check} "$scriptPath"''}
        cp "$scriptPath" "$target"
        chmod +x "$target"
        ${lib.optionalString (makeWrapperArgs != [ ]) (
          if isPath then
            ''wrapProgram "$target" ${lib.escapeShellArgs makeWrapperArgs}''
          else
            throw "writers: makeWrapperArgs need a program in a folder (write…Bin)"
        )}
      '';

  # writeX NAME TEXT, or writeX NAME { settings } TEXT.
  withSettings =
    write: name: argument:
    if builtins.isAttrs argument && !lib.isDerivation argument then write name argument else write name { } argument;

  writeBash = withSettings (
    name: settings:
    makeScriptWriter (
      {
        interpreter = "${final.bash}/bin/bash";
        check = "${final.bash}/bin/bash -n";
      }
      // builtins.intersectAttrs { makeWrapperArgs = [ ]; check = ""; } settings
    ) name
  );

  # libraries: Python packages; flakeIgnore is for a checker that is not run here.
  writePython3 =
    name:
    {
      libraries ? [ ],
      makeWrapperArgs ? [ ],
      flakeIgnore ? [ ],
      doCheck ? true,
    }:
    makeScriptWriter {
      inherit makeWrapperArgs;
      interpreter = "${
        if libraries == [ ] then final.python3 else final.python3.withPackages (all: if lib.isFunction libraries then libraries all else libraries)
      }/bin/python3";
      check = lib.optionalString doCheck "${final.python3}/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])'";
    } name;

  inBin = write: name: write "/bin/${name}";
  data = format: name: value: (final.formats.${format} { }).generate name value;
in
{
  writers = {
    inherit makeScriptWriter writeBash writePython3;
    writeBashBin = inBin writeBash;
    # The shell is bash; what is written for a plainer one runs in it.
    writeDash = writeBash;
    writeDashBin = inBin writeBash;
    writePython3Bin = inBin writePython3;
    writeText = name: text: final.writeText name text;
    writeJSON = data "json";
    writeYAML = data "yaml";
    writeTOML = data "toml";
  };
}
