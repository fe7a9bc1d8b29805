# uWSGI, compiled from the index's source distribution.
#
# As in nixpkgs, the program has no language built in: `uwsgi.override { plugins =
# [ "python3" ]; python3 = …; }` adds plugins, which a configuration then loads by
# name (`plugins = python3`). `python3` may be an interpreter or an environment;
# the packages of an environment can be imported without any setting.
{
  lib,
  stdenv,
  fetchFromPythonIndex,
  python3,
  plugins ? [ ],
}:
let
  # An environment's programs are those of the interpreter that it is made of.
  interpreter = python3.python or python3;

  available = {
    python3 = {
      folder = "plugins/python";
      install = ''
        install -Dm644 uwsgidecorators.py "$out/${interpreter.sitePackages}/uwsgidecorators.py"
        ${interpreter.interpreter} -I -m compileall -q --invalidation-mode unchecked-hash \
          "$out/${interpreter.sitePackages}"
      ''
      + lib.optionalString (python3 ? packages) ''
        echo "${python3}/${interpreter.sitePackages}" \
          > "$out/${interpreter.sitePackages}/environment.pth"
      '';
      # The embedded interpreter is found by this program's own folder, as
      # that of a virtual environment is.
      configure = ''
        printf 'home = %s/bin\ninclude-system-site-packages = false\nversion = %s\n' \
          ${interpreter} ${interpreter.version} > "$out/pyvenv.cfg"
      '';
    };
    cgi.folder = "plugins/cgi";
    http.folder = "plugins/http";
  };

  wanted = map (
    name:
    { inherit name; }
    // available.${name} or (throw (
      "uwsgi has no plugin ${builtins.toJSON name} here; there are "
      + lib.concatStringsSep ", " (builtins.attrNames available)
    ))
  ) plugins;
  forEach = f: lib.concatMapStringsSep "\n" f wanted;
in
stdenv.mkDerivation rec {
  pname = "uwsgi";
  version = "2.0.31";

  src = fetchFromPythonIndex {
    packageName = "uwsgi";
    fileName = "uwsgi-${version}.tar.gz";
    sha256 = "e8f8b350ccc106ff93a65247b9136f529c14bf96b936ac5b264c6ff9d0c76257";
  };

  nativeBuildInputs = [ interpreter ];
  buildInputs = [ interpreter ];

  # What the host happens to have headers of would be linked too.
  postPatch = ''
    substituteInPlace uwsgiconfig.py --replace-fail \
      "def has_include(self, what):" \
      "def has_include(self, what):
            if what in ('zlib.h', 'uuid/uuid.h', 'sys/capability.h'):
                return False"
  '';

  configurePhase = ''
    runHook preConfigure
    cat > buildconf/hostpkgs.ini <<PROFILE
    [uwsgi]
    plugin_dir = $out/lib/uwsgi
    main_plugin =
    xml = false
    json = false
    ssl = false
    pcre = false
    inherit = base
    PROFILE
    sed -i 's/^ *//' buildconf/hostpkgs.ini
    runHook postConfigure
  '';

  buildPhase = ''
    runHook preBuild
    mkdir -p "$out/lib/uwsgi"
    export CPUCOUNT="$NIX_BUILD_CORES"
    python3 uwsgiconfig.py --build hostpkgs
    ${forEach (plugin: "python3 uwsgiconfig.py --plugin ${plugin.folder} hostpkgs ${plugin.name}")}
    runHook postBuild
  '';

  installPhase = ''
    runHook preInstall
    install -Dm755 uwsgi "$out/bin/uwsgi"
    ${forEach (plugin: plugin.install or "")}
    ${forEach (plugin: plugin.configure or "")}
    runHook postInstall
  '';

  passthru = {
    inherit python3 plugins;
  };

  meta = {
    description = "Application container server";
    mainProgram = "uwsgi";
    license = lib.licenses.gpl2Plus or { };
  };
}
