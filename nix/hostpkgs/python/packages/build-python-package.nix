# buildPythonPackage: a wheel, or a source that is built into one, installed into
# a prefix of its own.
#
# The arguments are nixpkgs' (`format` or `pyproject`, `build-system`,
# `dependencies`, `propagatedBuildInputs`, …, and all that mkDerivation takes).
# Overriding works on them (`overridePythonAttrs`) or on mkDerivation's
# (`overrideAttrs`); both see the inputs as they were written, not what they bring.
{
  lib,
  stdenv,
  python,
  inputs,
  # The set's own setuptools, for packages that do not say how they are built.
  setuptools,
  # The JSON file of build_wheel.py's tools.
  buildTools,
  # What compiled wheels expect of every Linux: the C++ library and its like.
  wheelLibraries,
  libc,
}:
let
  inherit (inputs) expand makePythonPath nameOf;
  nonNull = builtins.filter (input: input != null);

  notForTheDerivation = [
    "build-system"
    "checkInputs"
    "checkPhase"
    "chooseSource"
    "declaredBuildTools"
    "dependencies"
    "disabled"
    "doCheck"
    "format"
    "isApplication"
    "makeWrapperArgs"
    "namePrefix"
    "nativeCheckInputs"
    "optional-dependencies"
    "pyproject"
    "pythonImportsCheck"
  ];

  # "wheel"; "setuptools", which brings setuptools itself; "pyproject", for which
  # the caller names the build system; "other", with phases of its own.
  formatOf =
    arguments:
    if arguments.format or null != null then
      arguments.format
    else if arguments ? pyproject then
      if arguments.pyproject == true then "pyproject" else "other"
    else
      "setuptools";

  runsPytest = arguments: builtins.any (input: input.isPytestCheckHook or false) (checkInputs arguments);
  checkInputs = arguments: nonNull (arguments.checkInputs or [ ] ++ arguments.nativeCheckInputs or [ ]);
  hasCheck = arguments: (arguments.doCheck or true) && (arguments ? checkPhase || runsPytest arguments);

  wheelPhases = arguments: {
    dontUnpack = true;
    dontConfigure = true;
    dontBuild = true;
    # Stripping breaks some prebuilt libraries, and general relocation others.
    dontStrip = true;
    dontPatchELF = true;
    installPhase = ''
      runHook preInstall
      ${python.interpreter} -I -B ${../build/install_wheel.py} "$src" "$out" ${python.interpreter}
      runHook postInstall
    '';
    preFixup = ''
      ${python.interpreter} -I -B ${../build/relocate_wheel.py} ${../../bootstrap/relocate} "$out" \
        "$(< ${libc}/nix-support/dynamic-linker)" ${
          lib.concatMapStringsSep " " (package: "${package}/lib") (wheelLibraries ++ [ libc ])
        }
    ''
    + arguments.preFixup or "";
  };

  sourcePhases = {
    dontConfigure = true;
    buildPhase = ''
      runHook preBuild
      ${python.interpreter} -B ${../build/build_wheel.py} "$NIX_BUILD_TOP/wheel"
      runHook postBuild
    '';
    installPhase = ''
      runHook preInstall
      ${python.interpreter} -I -B ${../build/install_wheel.py} \
        "$NIX_BUILD_TOP"/wheel/*.whl "$out" ${python.interpreter}
      runHook postInstall
    '';
  };

  checkPhases =
    arguments:
    let
      imports = arguments.pythonImportsCheck or [ ];
    in
    lib.optionalAttrs (hasCheck arguments || imports != [ ]) {
      doInstallCheck = true;
      installCheckPhase = ''
        runHook preInstallCheck
        export PYTHONPATH="$out/${python.sitePackages}''${PYTHONPATH:+:$PYTHONPATH}"
        export PATH="$out/bin:$PATH"
      ''
      + lib.optionalString (hasCheck arguments) (
        arguments.checkPhase or "${python.interpreter} -B -m pytest -p no:cacheprovider"
      )
      + lib.concatMapStrings (module: ''

        (cd / && ${python.interpreter} -B -c ${lib.escapeShellArg "import ${module}"})
      '') imports
      + ''

        runHook postInstallCheck
      '';
    };

  # Programs of an application find its own modules and those it needs; so do those
  # of a package that is written by hand, as in nixpkgs. A lock's are only run in
  # environments.
  programPhases =
    arguments: modules:
    let
      isByHand = builtins.elem (formatOf arguments) [
        "setuptools"
        "pyproject"
        "other"
      ];
    in
    lib.optionalAttrs (arguments.isApplication or (isByHand && !(arguments.dontWrapPythonPrograms or false))) {
      postFixup =
        (arguments.postFixup or "")
        + ''

          ${python.interpreter} -I -B ${../build/add_import_folders.py} "$out/bin" \
            "$out/${python.sitePackages}" ${
              lib.concatMapStringsSep " " (module: "${module}/${python.sitePackages}") modules
            }
        '';
    };

  # From what the caller wrote to mkDerivation's arguments, the inputs as written.
  describe =
    arguments:
    let
      format = formatOf arguments;
      modules = arguments.dependencies or [ ] ++ arguments.propagatedBuildInputs or [ ];
    in
    (if format == "wheel" then wheelPhases arguments else lib.optionalAttrs (format != "other") sourcePhases)
    // checkPhases arguments
    // builtins.removeAttrs arguments (notForTheDerivation ++ lib.optional (format == "wheel") "preFixup")
    // programPhases arguments (inputs.requiredPythonModules modules)
    // lib.optionalAttrs (arguments.declaredBuildTools or false && format != "wheel") {
      HOSTPKGS_BUILD_TOOLS = buildTools;
    }
    // {
      nativeBuildInputs =
        arguments.nativeBuildInputs or [ ]
        ++ arguments.build-system or [ ]
        ++ lib.optional (format == "setuptools") setuptools
        ++ lib.optionals (hasCheck arguments) (checkInputs arguments);
      buildInputs = arguments.buildInputs or [ ];
      propagatedBuildInputs = modules;
      passthru = {
        inherit format;
        pythonModule = if arguments.isApplication or false then false else python;
        optional-dependencies = arguments.optional-dependencies or { };
      }
      // arguments.passthru or { };
      meta = {
        platforms = python.meta.platforms or [ ];
      }
      // arguments.meta or { };
    };

  finish =
    attributes:
    let
      name = nameOf attributes;
      isWheel = attributes.passthru.format == "wheel";
      native = expand name attributes.nativeBuildInputs;
      # A wheel is only unpacked: it needs its dependencies when it runs, and then
      # they are in its environment.
      needed = if isWheel then [ ] else expand name attributes.propagatedBuildInputs;
      build = expand name attributes.buildInputs;
      searchPath = makePythonPath (native ++ build ++ needed);
    in
    stdenv.mkDerivation (
      builtins.removeAttrs attributes [ "propagatedBuildInputs" ]
      // {
        nativeBuildInputs = [ python ] ++ native;
        buildInputs = build ++ needed;
        PYTHONPATH = searchPath + lib.optionalString (attributes ? PYTHONPATH) ":${attributes.PYTHONPATH}";
        PYTHONHASHSEED = "0";
        # Wheels are zip archives, which know no time before 1980.
        SOURCE_DATE_EPOCH = attributes.SOURCE_DATE_EPOCH or "315532800";
        passthru = attributes.passthru // {
          inherit (attributes) propagatedBuildInputs;
        };
      }
    );

  # `changes` are those of overrideAttrs so far, the first one first. They are
  # kept where the arguments are overridden later.
  build =
    changes: arguments:
    let
      apply =
        attributes: change:
        let
          changed = lib.toFunction change attributes;
          # The form with two arguments, `finalAttrs: previousAttrs: …`.
          new = if lib.isFunction changed then lib.toFunction change result attributes else changed;
        in
        attributes // new;
      result =
        finish (builtins.foldl' apply (describe arguments) changes)
        // {
          overrideAttrs = change: build (changes ++ [ change ]) arguments;
          overridePythonAttrs =
            change: build changes (arguments // lib.toFunction change arguments);
        }
        // lib.optionalAttrs (arguments ? chooseSource) {
          # poetry2nix' way to ask for one package's wheel, or for its source.
          override =
            { preferWheel, ... }: build changes (arguments // arguments.chooseSource preferWheel);
        };
    in
    result;
in
argument:
let
  arguments = if lib.isFunction argument then lib.fix argument else argument;
in
if arguments.disabled or false then
  throw "${arguments.pname or arguments.name} does not support Python ${python.pythonVersion}"
else
  build [ ] arguments
