# The tests of the Python part: an attribute set of derivations that build where
# all is well. `nix build` of each takes seconds once its packages are there.
{ pkgs }:
let
  inherit (pkgs) lib poetry2nix;
  python = pkgs.python3;
  source = ./project/src;

  withSetuptools = poetry2nix.defaultPoetryOverrides.extend (
    self: super: {
      snaptime = super.snaptime.overridePythonAttrs (old: {
        buildInputs = (old.buildInputs or [ ]) ++ [ super.setuptools ];
      });
    }
  );

  fromWheels = poetry2nix.mkPoetryEnv {
    projectDir = ./project;
    overrides = withSetuptools;
    preferWheels = true;
  };

  # In a root folder with nothing but the store paths that it needs.
  inChroot = pkgs.writeShellScript "in-chroot" ''
    closure=$1
    shift
    root=$(mktemp -d)
    mkdir -p "$root/nix/store" "$root/tmp"
    while IFS= read -r path; do
      cp -a "$path" "$root/nix/store/"
    done < "$closure/store-paths"
    enter=(${pkgs.util-linux}/bin/unshare --root "$root" --wd /)
    if [ "$(id -u)" != 0 ]; then
      enter+=(--user --map-root-user)
    fi
    env -i "''${enter[@]}" "$@"
    result=$?
    chmod -R u+w "$root" && rm -rf "$root"
    exit "$result"
  '';
in
{
  evaluation =
    let
      wrong = builtins.filter (fact: fact.got != fact.want) (import ./evaluation.nix { inherit pkgs; });
      show = value: builtins.unsafeDiscardStringContext (builtins.toJSON value);
      lines = map (fact: "${fact.name}\n  wanted ${show fact.want}\n  got    ${show fact.got}") wrong;
    in
    pkgs.runCommand "python-evaluation"
      {
        failures = lib.concatStringsSep "\n" lines;
      }
      ''
        if [ -n "$failures" ]; then
          echo "$failures" >&2
          exit 1
        fi
        touch $out
      '';

  # Every module of the standard library that is compiled can be loaded, and so
  # can the compiled ones of wheels.
  chroot =
    let
      environment = python.withPackages (ps: [
        ps.flask
        ps.pyyaml
        ps.cffi
      ]);
      script = pkgs.writeText "standard-library.py" (builtins.readFile ./standard_library.py);
    in
    pkgs.runCommand "python-in-chroot"
      {
        closure = pkgs.closureInfo {
          rootPaths = [
            environment
            script
          ];
        };
      }
      ''
        ${inChroot} "$closure" ${environment}/bin/python ${script}
        touch $out
      '';

  # The known edge case: it is built where setuptools is there first …
  snaptime-with-setuptools = pkgs.runCommand "snaptime-with-setuptools" { } ''
    ${fromWheels}/bin/python -c 'import snaptime; print(snaptime.__file__)' > $out
  '';

  # … and ends as it does everywhere where it is not.
  snaptime-without-setuptools =
    (poetry2nix.mkPoetryPackages { projectDir = ./project; }).python.pkgs.snaptime.overrideAttrs
      (old: {
        buildPhase = ''
          set +e
          (
            set -e
            ${old.buildPhase}
          ) > build.log 2>&1
          result=$?
          set -e
          cat build.log
          if [ "$result" = 0 ]; then
            echo "it was built without setuptools" >&2
            exit 1
          fi
          if [ "$(tail -n 1 build.log)" != "ModuleNotFoundError: No module named 'setuptools'" ]; then
            echo "it failed in another way" >&2
            exit 1
          fi
        '';
        installPhase = "cp build.log $out";
      });

  # Flask's dependencies are built by four build systems, some are compiled.
  from-sources =
    let
      environment = poetry2nix.mkPoetryEnv {
        projectDir = ./project;
        overrides = withSetuptools;
        preferWheels = false;
      };
    in
    pkgs.runCommand "python-from-sources" { } ''
      PYTHONPATH=${source} ${environment}/bin/python -B -c '
      import iniconfig, markupsafe._speedups, reminder, yaml
      print(reminder.app.test_client().get("/").get_json())
      ' > $out
    '';

  application =
    let
      application = poetry2nix.mkPoetryApplication {
        projectDir = ./project;
        overrides = withSetuptools;
        preferWheels = true;
        pythonImportsCheck = [ "reminder" ];
      };
    in
    pkgs.runCommand "poetry-application" { } ''
      test "$(${application}/bin/reminder)" = 1999-02-19
      test "$(${application.dependencyEnv}/bin/reminder)" = 1999-02-19
      ${application.dependencyEnv}/bin/python -c '
      from importlib import metadata
      assert metadata.version("reminder") == "1.2.3", metadata.version("reminder")
      '
      touch $out
    '';

  hand-written-package =
    let
      package = python.pkgs.buildPythonPackage {
        pname = "snaptime";
        version = "0.2.4";
        src = python.pkgs.fetchPypi {
          pname = "snaptime";
          version = "0.2.4";
          sha256 = "e3f1eb89043d58d30721ab98cb65023f1a4c2740e3b197704298b163c92d508b";
        };
      };
    in
    package;

  # Its program finds its own modules and those it needs, alone and in an
  # environment, where the environment's are the ones that count.
  hand-written-program =
    let
      package = python.pkgs.buildPythonPackage {
        pname = "which-packaging";
        version = "1.0";
        pyproject = true;
        src = pkgs.writeTextDir "pyproject.toml" ''
          [build-system]
          requires = ["setuptools"]
          build-backend = "setuptools.build_meta"
          [project]
          name = "which-packaging"
          version = "1.0"
          [project.scripts]
          which-packaging = "which_packaging:main"
          [tool.setuptools]
          py-modules = ["which_packaging"]
        '';
        postPatch = ''
          cat > which_packaging.py <<'END'
          import packaging, sys
          def main():
              print(sys.prefix, packaging.__file__)
          END
        '';
        build-system = [ python.pkgs.setuptools ];
        dependencies = [ python.pkgs.packaging ];
        pythonImportsCheck = [ "which_packaging" ];
      };
      environment = python.withPackages (_: [ package ]);
      file = "${python.sitePackages}/packaging/__init__.py";
    in
    pkgs.runCommand "python-hand-written-program" { } ''
      test "$(${package}/bin/which-packaging)" = "${python} ${python.pkgs.packaging}/${file}"
      test "$(${environment}/bin/which-packaging)" = "${environment} ${environment}/${file}"
      touch $out
    '';

  # Reached through a link from elsewhere, it is the same environment.
  environment-through-link = pkgs.runCommand "python-environment-through-link" { } ''
    ln -s ${fromWheels}/bin/python other-name
    test "$(./other-name -c 'import flask, sys; print(sys.prefix)')" = ${fromWheels}
    echo 'import flask; print(flask.__name__)' > script
    test "$(PATH=$PWD ./other-name script)" = flask
    ${fromWheels}/bin/flask --version | grep Flask
    result=0
    ${fromWheels}/bin/python -c 'import sys; sys.exit(7)' || result=$?
    test "$result" = 7
    touch $out
  '';

  # Nothing of a home folder is read, nothing in the store is written.
  interpreter = pkgs.runCommand "python-interpreter" { } ''
    mkdir -p "home/.local/${python.sitePackages}"
    echo 'import sys; sys.exit("the home folder was read")' > "home/.local/${python.sitePackages}/user.pth"
    export HOME=$PWD/home
    ${python.interpreter} -c 'import ssl'
    ${fromWheels}/bin/python -c 'import ssl'

    unset PYTHONDONTWRITEBYTECODE
    mkdir $out
    for folder in "$out" "$HOME"; do
      echo 'answer = 42' > "$folder/module.py"
      PYTHONPATH=$folder ${python.interpreter} -c 'import module; assert module.answer == 42'
    done
    test -d "$HOME/__pycache__"
    test ! -e "$out/__pycache__"
  '';

  # A package may still bring a sitecustomize of its own.
  sitecustomize =
    let
      package = python.pkgs.buildPythonPackage {
        name = "customized";
        format = "other";
        dontUnpack = true;
        installPhase = ''
          mkdir -p "$out/${python.sitePackages}"
          echo 'import sys; sys.customized = True' > "$out/${python.sitePackages}/sitecustomize.py"
        '';
      };
    in
    pkgs.runCommand "python-sitecustomize" { } ''
      ${python.withPackages (_: [ package ])}/bin/python -c 'import sys; assert sys.customized' > $out
    '';

  uwsgi =
    let
      server = pkgs.uwsgi.override {
        python3 = fromWheels.python;
        plugins = [ "python3" ];
      };
      configuration = pkgs.writeText "uwsgi.ini" ''
        [uwsgi]
        plugins = python3
        http-socket = server.socket
        virtualenv = ${fromWheels}
        pythonpath = ${source}
        module = reminder:app
        need-app = true
        master = true
        processes = 2
        die-on-term = true
      '';
    in
    pkgs.runCommand "uwsgi-answers" { } ''
      ${python.interpreter} ${./ask_uwsgi.py} ${server}/bin/uwsgi --ini ${configuration}
      touch $out
    '';

  # An environment as `python3`: its packages need no setting.
  uwsgi-with-environment =
    let
      server = pkgs.uwsgi.override {
        python3 = fromWheels;
        plugins = [ "python3" ];
      };
    in
    pkgs.runCommand "uwsgi-with-environment-answers" { } ''
      ${python.interpreter} ${./ask_uwsgi.py} ${server}/bin/uwsgi --plugins python3 \
        --http-socket server.socket --pythonpath ${source} --module reminder:app --need-app
      touch $out
    '';
}
