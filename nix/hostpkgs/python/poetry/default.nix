# poetry2nix: environments and applications from pyproject.toml and poetry.lock.
#
# The interface is the one of the poetry2nix project, so that project files work
# with either; what a project builds is decided by its lock alone.
{
  lib,
  system,
  # The interpreter where the caller names none.
  defaultPython,
  # lockPackage { self; python; entry; lock; pwd; preferWheels; }
  lockPackage,
}:
let
  readProject = import ./project.nix { inherit lib; };
  readToml = path: builtins.fromTOML (builtins.readFile path);

  checked =
    overlay:
    if lib.isFunction overlay then overlay else throw "an override is a function: self: super: { … }";
  toList =
    overrides: map checked (if builtins.isList overrides then overrides else [ overrides ]);

  # An overlay with the functions that poetry2nix gives its own.
  extensible = overlay: {
    __functor = _: overlay;
    extend = more: extensible (lib.composeExtensions overlay more);
    overrideOverlay = more: extensible (self: super: overlay self super // more self super);
  };

  poetry2nix = {
    defaultPoetryOverrides = extensible (import ./overrides.nix { inherit lib; });
    mkDefaultPoetryOverrides = extensible;

    overrides = {
      withDefaults = overlay: [
        poetry2nix.defaultPoetryOverrides
        overlay
      ];
      withoutDefaults = overlay: [ overlay ];
    };

    # { python; poetryPackages; pyProject; poetryLock; }: the interpreter whose
    # `pkgs` are the lock's, and what the project needs of them.
    mkPoetryPackages =
      {
        projectDir ? null,
        pyproject ? projectDir + "/pyproject.toml",
        poetrylock ? projectDir + "/poetry.lock",
        overrides ? poetry2nix.defaultPoetryOverrides,
        python ? defaultPython,
        pwd ? projectDir,
        preferWheels ? false,
        pyProject ? readToml pyproject,
        groups ? [ "main" ],
        checkGroups ? [ "dev" ],
        extras ? [ "*" ],
        # Accepted and not used: what is installed here is never edited in place.
        editablePackageSources ? { },
        ...
      }:
      let
        lock = (import ./lock.nix { inherit lib python system; }).read poetrylock extras;
        project = readProject { inherit pyProject extras; };

        lockLayer =
          self: _:
          builtins.mapAttrs (
            _: entry:
            lockPackage {
              inherit
                self
                entry
                lock
                pwd
                preferWheels
                ;
              python = locked;
            }
          ) lock.entries;

        locked = python.override (previous: {
          packageOverrides = lib.composeManyExtensions (
            [
              previous.packageOverrides
              lockLayer
            ]
            ++ toList overrides
          );
        });

        # The group's own dependencies; one that no longer is in the lock is an error.
        packagesOf =
          table:
          let
            missing = builtins.filter (name: !(lock.entries ? ${name})) (builtins.attrNames table);
          in
          if missing != [ ] then
            throw "${toString poetrylock} lacks ${lib.concatStringsSep ", " missing}: run `poetry lock`"
          else
            map (name: locked.pkgs.${name}) (lock.activeNames lock.projectExtras table);

        asked =
          lib.concatMap (name: packagesOf (project.group name)) (groups ++ checkGroups)
          ++ packagesOf project.formerDevelopment;
      in
      {
        python = locked;
        poetryPackages = locked.pkgs.requiredPythonModules asked;
        inherit pyProject project;
        poetryLock = readToml poetrylock;
        groupPackages = names: lib.concatMap (name: packagesOf (project.group name)) names;
      };

    # The interpreter with all that the lock has for these groups.
    mkPoetryEnv =
      {
        extraPackages ? _: [ ],
        groups ? [
          "main"
          "dev"
        ],
        ...
      }@arguments:
      let
        packages = poetry2nix.mkPoetryPackages (
          builtins.removeAttrs arguments [ "extraPackages" ] // { inherit groups; }
        );
      in
      packages.python.withPackages (set: packages.poetryPackages ++ extraPackages set);

    # The project itself as a package with programs, built by its own build system.
    mkPoetryApplication =
      {
        projectDir ? null,
        src ? poetry2nix.cleanPythonSources { src = projectDir; },
        groups ? [ "main" ],
        meta ? { },
        ...
      }@arguments:
      let
        own = [
          "projectDir"
          "pyproject"
          "poetrylock"
          "overrides"
          "python"
          "pwd"
          "preferWheels"
          "pyProject"
          "groups"
          "checkGroups"
          "extras"
          "editablePackageSources"
        ];
        packages = poetry2nix.mkPoetryPackages (
          builtins.intersectAttrs (lib.genAttrs own (_: null)) arguments
          // {
            inherit groups;
            checkGroups = [ ];
          }
        );
        inherit (packages) project python;
        application = python.pkgs.buildPythonApplication (
          {
            pname = project.name;
            inherit (project) version;
            inherit src;
            doCheck = false;
          }
          // builtins.removeAttrs arguments own
          // {
            format = "poetry2nix";
            declaredBuildTools = true;
            propagatedBuildInputs =
              arguments.propagatedBuildInputs or [ ] ++ packages.groupPackages groups;
            passthru = {
              inherit python;
              dependencyEnv = python.withPackages (set: [ (set.toPythonModule application) ]);
            }
            // arguments.passthru or { };
            meta = lib.optionalAttrs (project.description != null) { inherit (project) description; } // meta;
          }
        );
      in
      application;

    # The sources without what Python and editors leave beside them.
    cleanPythonSources =
      { src }:
      lib.cleanSourceWith {
        inherit src;
        filter =
          path: type:
          let
            name = baseNameOf path;
          in
          lib.cleanSourceFilter path type
          && !(type == "directory" && (name == "__pycache__" || name == ".pytest_cache" || name == ".venv"))
          && !lib.hasSuffix ".pyc" name;
      };
  };
in
poetry2nix
