{ pkgs, lib, ... }:

let
  name = "pc-load-letter";

  # The interpreter with everything in poetry.lock, pytest included.
  python-env = pkgs.poetry2nix.mkPoetryEnv {
    projectDir = ./.;
    python = pkgs.python311;
    preferWheels = true;
  };

  uwsgi = pkgs.uwsgi.override {
    python3 = python-env.python;
    plugins = [ "python3" ];
  };

  # Only these folders are read: other files of the project change no package.
  source = ./src;
  tests = ./tests;

  configuration = pkgs.writeText "${name}.ini" ''
    [uwsgi]
    plugins = python3
    http-socket = :8080
    virtualenv = ${python-env}
    pythonpath = ${source}
    module = pc_load_letter.wsgi:app
    need-app = true

    # The queues are in memory, so one process; requests are served by its threads.
    master = true
    processes = 1
    threads = 4
    die-on-term = true
  '';

  test = pkgs.writeShellApplication {
    name = "run-tests";
    runtimeInputs = [ python-env ];
    text = ''
      # The tests are in the Nix store, where nothing may be written beside them.
      export PYTHONDONTWRITEBYTECODE=1
      export PYTHONPATH=${source}
      exec python -m pytest -p no:cacheprovider ${tests} "$@"
    '';
  };

  container = pkgs.dockerTools.buildLayeredImage {
    inherit name;
    tag = "latest";
    contents = [ app ];
    config = {
      Entrypoint = [ name ];
      ExposedPorts."8080/tcp" = { };
    };
  };

  app = pkgs.stdenv.mkDerivation {
    inherit name;
    src = source;
    phases = [ "installPhase" ];
    installPhase = ''
      mkdir -p $out/bin
      cat > $out/bin/${name} <<'SCRIPT'
      #!${pkgs.runtimeShell}
      export PYTHONDONTWRITEBYTECODE=1
      exec ${uwsgi}/bin/uwsgi --ini ${configuration} "$@"
      SCRIPT
      chmod +x $out/bin/${name}
    '';

    passthru = {
      inherit test container;
      python = python-env;
    };

    meta = {
      description = "Initech's print queue, served by uWSGI on port 8080";
      mainProgram = name;
    };
  };
in
app
