# What can be known without building anything: { name; got; want; } of each fact.
{ pkgs }:
let
  inherit (pkgs) lib poetry2nix;
  inherit (import ../standards/names.nix) normalize;
  versions = import ../standards/versions.nix;
  constraints = import ../standards/poetry-constraints.nix;
  markers = import ../standards/markers.nix;
  requirements = import ../standards/requirements.nix;
  wheels = import ../standards/wheels.nix;

  facts = prefix: lib.mapAttrsToList (name: fact: fact // { name = "${prefix}: ${name}"; });
  is = want: got: { inherit got want; };

  names = facts "names" {
    "runs of separators" = is "a-b-c-d" (normalize "A__B.-c-D");
    "nothing to do" = is "flask" (normalize "flask");
  };

  before = earlier: later: versions.compare (versions.parse earlier) (versions.parse later) == -1;
  ordered = [
    "1.0.dev1"
    "1.0a1.dev2"
    "1.0a1"
    "1.0b2"
    "1.0rc1"
    "1.0"
    "1.0+local.2"
    "1.0+5"
    "1.0.post1.dev3"
    "1.0.post1"
    "1.0.1"
    "1.10"
    "2024.01"
    "1!0.5"
  ];
  versionFacts =
    facts "versions" (
      builtins.listToAttrs (
        lib.zipListsWith (
          earlier: later: lib.nameValuePair "${earlier} before ${later}" (is true (before earlier later))
        ) ordered (lib.tail ordered)
      )
      // {
        "zeros at the end count for nothing" =
          is 0 (versions.compare (versions.parse "1") (versions.parse "1.0.0"));
        "other spellings" =
          is 0 (versions.compare (versions.parse "v1.0-Alpha_3") (versions.parse "1.0a3"));
        "no version" = is null (versions.parse "latest");
      }
    )
    ++ facts "specifiers" (
      lib.mapAttrs (specifier: want: is want (versions.satisfies "3.11.2" specifier)) {
        "" = true;
        ">=3.8,<4" = true;
        "==3.11.*" = true;
        "!=3.11.*" = false;
        "~=3.10" = true;
        "~=3.10.1" = false;
        "== 3.11.2" = true;
        "<3.11.2" = false;
        ">3.11.2rc1" = true;
      }
      // {
        "no pre-release before its final" = is false (versions.satisfies "3.0rc1" "<3.0");
      }
    )
    ++ facts "Poetry's constraints" (
      lib.mapAttrs (constraint: want: is want (constraints.satisfies "3.11.2" constraint)) {
        "*" = true;
        "^3.8" = true;
        "^2.7 || ^3.6" = true;
        "~3.11" = true;
        "~3.10" = false;
        "~3" = true;
        "^4" = false;
        ">= 3.8 < 3.11" = false;
        ">=3.8,!=3.9.*" = true;
        "3.11.*" = true;
        "3.11" = false;
      }
      // {
        "^0.2.3 stays below 0.3" = is [ true false ] [
          (constraints.satisfies "0.2.9" "^0.2.3")
          (constraints.satisfies "0.3.0" "^0.2.3")
        ];
      }
    );

  environment = markers.environmentOf {
    system = "x86_64-linux";
    version = "3.11.2";
  };
  markerFacts = facts "markers" (
    lib.mapAttrs (marker: want: is want (markers.evaluate environment marker)) {
      "" = true;
      "python_version < \"3.8\"" = false;
      "python_version >= '3.8' and python_version < '4'" = true;
      # 3.11 comes after 3.9, which no comparison of texts would say.
      "python_version > \"3.9\"" = true;
      "sys_platform == \"win32\" or os_name == \"posix\"" = true;
      "sys_platform == 'win32' and os_name == 'nt' or platform_system == 'Linux'" = true;
      "sys_platform == 'linux' and (python_full_version <= '3.11.0a6' or platform_machine == 'arm64')" = false;
      "'linux' in sys_platform" = true;
      "python_version not in \"2.7 3.6\"" = true;
      "python_full_version ~= '3.11.1'" = true;
      "extra == 'yaml'" = false;
      "platform_python_implementation == \"CPython\" and implementation_name != 'pypy'" = true;
    }
    // {
      "extras that are wanted" =
        is [ true false ] (
          map (markers.evaluate (environment // { extra = [ "Some_Extra" ]; })) [
            "extra == 'some-extra'"
            "extra == 'other'"
          ]
        );
      "what is no marker is refused" =
        is [ false false false ] (
          map (text: (builtins.tryEval (markers.evaluate environment text)).success) [
            "python_version <"
            "(python_version > '3'"
            "planet == 'mars'"
          ]
        );
    }
  );

  requirementFacts = facts "requirements" {
    "all parts" =
      is
        {
          name = "flask-cors";
          extras = [ "a" "b" ];
          specifiers = "(>=3.0,<4.0)";
          markers = "python_version > '3'";
        }
        (requirements.parse "Flask_Cors[a, b] (>=3.0,<4.0) ; python_version > '3'");
    "a name alone" = is "flask" (requirements.parse "flask").name;
  };

  choose =
    files:
    let
      chosen = wheels.select {
        system = "x86_64-linux";
        pythonVersion = "3.11";
        glibcVersion = "2.36";
      } (map (file: { inherit file; }) files);
    in
    if chosen == null then null else chosen.file;
  wheelFacts = facts "wheels" {
    "this Python's own before any Python's" =
      is "x-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl" (choose [
        "x-1-py3-none-any.whl"
        "x-1-cp310-cp310-manylinux_2_17_x86_64.whl"
        "x-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
        "x-1-cp311-cp311-macosx_11_0_arm64.whl"
      ]);
    "the stable ABI of an older Python" =
      is "x-1-cp38-abi3-manylinux2014_x86_64.whl" (choose [
        "x-1-cp312-abi3-manylinux2014_x86_64.whl"
        "x-1-cp38-abi3-manylinux2014_x86_64.whl"
        "x-1-py3-none-any.whl"
      ]);
    "none for a newer C library, musl or another machine" =
      is null (choose [
        "x-1-cp311-cp311-manylinux_2_39_x86_64.whl"
        "x-1-cp311-cp311-musllinux_1_2_x86_64.whl"
        "x-1-cp311-cp311-manylinux_2_17_aarch64.whl"
        "x-1.tar.gz"
      ]);
  };

  # The names of what an environment has.
  contents =
    arguments:
    lib.sort lib.lessThan (
      map (package: package.pname) (
        poetry2nix.mkPoetryPackages ({ projectDir = ./project; } // arguments)
      ).poetryPackages
    );
  flask = [ "blinker" "click" "flask" "itsdangerous" "jinja2" "markupsafe" "werkzeug" ];
  snaptime = [ "python-dateutil" "pytz" "six" "snaptime" ];
  main = lib.sort lib.lessThan (flask ++ snaptime ++ snaptimeData);
  # Newer releases of python-dateutil and pytz may bring more.
  snaptimeData = lib.intersectLists [ "tzdata" ] (contents { });
  with' = more: lib.sort lib.lessThan (main ++ more);
  everything = with' [ "iniconfig" "pyyaml" ];

  lockFacts = facts "locks" {
    "Poetry 2's, all extras and the dev group" = is everything (contents { });
    "Poetry 1's is the same" = is everything (contents { poetrylock = ./project/poetry-1.lock; });
    "Poetry 1.1's, which has its files apart" =
      let
        packages =
          (poetry2nix.mkPoetryPackages {
            poetrylock = ./project/poetry-1.1.lock;
            pyProject.tool.poetry = {
              name = "old";
              dependencies.python-dateutil = "^2.8";
            };
            preferWheels = true;
          }).poetryPackages;
      in
      is [ "python-dateutil" "six" ] (
        lib.sort lib.lessThan (
          map (package: package.pname) (
            builtins.filter (package: lib.hasSuffix ".whl" package.src.name) packages
          )
        )
      );
    "the standard tables say the same" = is (with' [ "pyyaml" ]) (contents {
      pyproject = ./project/standard-pyproject.toml;
      checkGroups = [ ];
    });
    "without extras" = is (with' [ "iniconfig" ]) (contents { extras = [ ]; });
    "one extra by name" = is everything (contents { extras = [ "yaml" ]; });
    "an unknown extra is an error" =
      is false (builtins.tryEval (builtins.deepSeq (contents { extras = [ "xml" ]; }) null)).success;
    "without groups" = is (with' [ "pyyaml" ]) (contents { checkGroups = [ ]; });
    "another group" = is (with' [ "pluggy" "pyyaml" ]) (contents {
      groups = [ "main" "docs" ];
      checkGroups = [ ];
    });
    "a group of the standard tables that includes another" =
      is (with' [ "iniconfig" "pluggy" "pyyaml" ]) (contents {
        pyproject = ./project/standard-pyproject.toml;
      });
    "a package that the lock lacks is an error" =
      is false
        (builtins.tryEval (
          builtins.deepSeq (contents {
            pyProject.tool.poetry = {
              name = "reminder";
              dependencies.django = "*";
            };
          }) null
        )).success;
  };

  locked = map (package: normalize package.name) (
    builtins.fromTOML (builtins.readFile ./project/poetry.lock)
  ).package;
  pkgsWith =
    overrides:
    (poetry2nix.mkPoetryPackages {
      projectDir = ./project;
      inherit overrides;
    }).python.pkgs;
  seen = (
    pkgsWith (
      poetry2nix.defaultPoetryOverrides.extend (
        self: super: {
          seenByTest = builtins.filter (name: super ? ${name} && super.${name} ? overridePythonAttrs) (
            locked
            ++ [
              "cython"
              "flit-core"
              "hatchling"
              "poetry-core"
              "setuptools"
              "setuptools-scm"
              "wheel"
            ]
          );
        }
      )
    )
  ).seenByTest;

  change = self: super: {
    flask = super.flask.overridePythonAttrs (old: {
      patches = (old.patches or [ ]) ++ [ "by overridePythonAttrs" ];
      buildInputs = (old.buildInputs or [ ]) ++ [ super.setuptools ];
    });
    click = super.click.overrideAttrs (old: {
      FLAVOUR = "overrideAttrs of ${old.pname}";
      nativeBuildInputs = old.nativeBuildInputs ++ [ super.hatchling ];
    });
  };
  changed = pkgsWith (poetry2nix.defaultPoetryOverrides.extend change);
  importable =
    drv: map (path: (builtins.parseDrvName (lib.substring 33 (-1) (baseNameOf path))).name) (
      map (lib.removeSuffix "/${pkgs.python3.sitePackages}") (lib.splitString ":" (builtins.unsafeDiscardStringContext drv.PYTHONPATH))
    );

  overrideFacts = facts "overrides" {
    "every package of the lock is seen, and the build systems" =
      is (locked ++ [ "cython" "flit-core" "hatchling" "poetry-core" "setuptools" "setuptools-scm" "wheel" ]) seen;
    "overridePythonAttrs changes the derivation" =
      is [ "by overridePythonAttrs" ] changed.flask.patches;
    "its inputs can be imported by the build" =
      is true (builtins.elem "setuptools" (importable changed.flask));
    "overrideAttrs changes the derivation" = is "overrideAttrs of click" changed.click.FLAVOUR;
    "and its inputs can be imported, with what they need" =
      is [ true true ] (map (name: builtins.elem name (importable changed.click)) [ "hatchling" "pathspec" ]);
    "the overridden package is what others depend on" =
      is changed.click.drvPath
        (lib.findFirst (package: package.pname == "click") null changed.flask.propagatedBuildInputs).drvPath;
    "lists of overlays, with and without the defaults" =
      is [ true false ] (
        map (overrides: (pkgsWith (overrides change)).markupsafe ? HOSTPKGS_BUILD_TOOLS) [
          poetry2nix.overrides.withDefaults
          poetry2nix.overrides.withoutDefaults
        ]
      );
    "one package's wheel, the others from source" =
      is [ "wheel" "poetry2nix" ] (
        let
          set = pkgsWith (
            poetry2nix.defaultPoetryOverrides.extend (
              self: super: { flask = super.flask.override { preferWheel = true; }; }
            )
          );
        in
        [
          set.flask.format
          set.click.format
        ]
      );
  };

  python = pkgs.python3;
  interpreterFacts = facts "interpreter" {
    "versions agree" = is (lib.versions.majorMinor python.version) python.pythonVersion;
    "the name with the version" =
      is python.drvPath
        pkgs."python${builtins.replaceStrings [ "." ] [ "" ] python.pythonVersion}".drvPath;
    "an environment is made of it" =
      is python.version
        (poetry2nix.mkPoetryEnv { projectDir = ./project; }).python.version;
    "package overrides" =
      is "yes"
        (python.override { packageOverrides = self: super: { answer = "yes"; }; }).pkgs.answer;
  };

  all =
    names
    ++ versionFacts
    ++ markerFacts
    ++ requirementFacts
    ++ wheelFacts
    ++ lockFacts
    ++ overrideFacts
    ++ interpreterFacts;
in
all
