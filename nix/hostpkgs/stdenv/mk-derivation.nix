# stdenv.mkDerivation: attributes to a derivation, with overrideAttrs, passthru
# and meta.
{ lib, system, stdenv, shell, implicitInputs }:
let
  # What is about the package, not for the build.
  notForTheBuild = [
    "checkInputs"
    "env"
    "installCheckInputs"
    "meta"
    "nativeCheckInputs"
    "nativeInstallCheckInputs"
    "passthru"
    "pos"
  ];
  inputKinds = [
    "buildInputs"
    "depsBuildBuild"
    "nativeBuildInputs"
    "propagatedBuildInputs"
    "propagatedNativeBuildInputs"
  ];

  # A plain set, or a function of the final attributes.
  mkDerivation =
    argument: if lib.isFunction argument then makeFromFunction argument else makeFromFunction (_: argument);

  makeFromFunction =
    f:
    let
      attrs = f (attrs // { inherit finalPackage; overrideAttrs = overrideAttrs f; });
      finalPackage = makeDerivation (overrideAttrs f) attrs;
    in
    finalPackage;

  # A change is a set, a function of the attributes so far, or of the final
  # attributes and those so far.
  overrideAttrs =
    f: change:
    makeFromFunction (
      final:
      let
        previous = f final;
      in
      previous // lib.toExtension change final previous
    );

  nameOf =
    attrs:
    attrs.name or (
      if attrs ? pname then
        "${attrs.pname}${lib.optionalString (attrs ? version) "-${attrs.version}"}"
      else
        throw "mkDerivation: neither name nor pname is given"
    );

  # Where the package is written: the description is the most telling place. A
  # helper of this set that calls mkDerivation is nobody's place.
  helperFolders = map toString [
    ./.
    ../trivial-builders
    ../docker
  ];
  isPlace = place: place != null && !lib.any (folder: lib.hasPrefix "${folder}/" place.file) helperFolders;
  positionOf =
    attrs:
    let
      places = [
        (attrs.pos or null)
        (builtins.unsafeGetAttrPos "description" (attrs.meta or { }))
        (builtins.unsafeGetAttrPos "version" attrs)
        (builtins.unsafeGetAttrPos "pname" attrs)
        (builtins.unsafeGetAttrPos "name" attrs)
        (builtins.unsafeGetAttrPos "buildCommand" attrs)
      ];
      found = lib.findFirst isPlace null places;
    in
    if found == null then null else "${found.file}:${toString found.line}";

  makeDerivation =
    override: attrs:
    let
      name = lib.sanitizeDerivationName (nameOf attrs);
      separateDebugInfo = attrs.separateDebugInfo or false;
      outputs =
        let
          given = attrs.outputs or [ "out" ];
        in
        if !builtins.isList given || given == [ ] then
          throw "mkDerivation: outputs of ${name} must be a list of one or more names"
        else
          given ++ lib.optional (separateDebugInfo && !builtins.elem "debug" given) "debug";
      doCheck = attrs.doCheck or false;
      doInstallCheck = attrs.doInstallCheck or false;

      inputs = lib.genAttrs inputKinds (
        kind:
        (listOf kind)
        ++ lib.optionals (kind == "nativeBuildInputs") (
          implicitInputs attrs
          ++ lib.optionals doCheck (attrs.nativeCheckInputs or [ ])
          ++ lib.optionals doInstallCheck (attrs.nativeInstallCheckInputs or [ ])
        )
        ++ lib.optionals (kind == "buildInputs") (
          lib.optionals doCheck (attrs.checkInputs or [ ])
          ++ lib.optionals doInstallCheck (attrs.installCheckInputs or [ ])
        )
      );
      listOf =
        kind:
        let
          given = attrs.${kind} or [ ];
        in
        if builtins.isList given then
          given
        else
          throw "mkDerivation: ${kind} of ${name} is no list but a ${builtins.typeOf given}";
      check =
        kind: index: input:
        if input == null || lib.isStringLike input then
          input
        else if builtins.isList input then
          map (check kind index) input
        else
          throw "mkDerivation: element ${toString (index + 1)} of ${kind} of ${name} is no package but a ${builtins.typeOf input}";
      inputAttrs = lib.mapAttrs (
        kind: list:
        map lib.getDev (builtins.filter (input: input != null) (lib.flatten (lib.imap0 (check kind) list)))
      ) inputs;

      # Structured attributes keep `env` apart; setup/environment.sh exports it.
      isStructured = attrs.__structuredAttrs or false;
      environment = lib.mapAttrs (
        key: value:
        if builtins.isString value || builtins.isInt value || builtins.isBool value || lib.isDerivation value || builtins.isPath value then
          value
        else
          throw "mkDerivation: env.${key} of ${name} is neither text, number, flag nor package"
      ) (attrs.env or { });
      clash = builtins.attrNames (builtins.intersectAttrs environment (builtins.removeAttrs attrs [ "env" ]));

      derivationAttrs =
        builtins.removeAttrs attrs notForTheBuild
        // inputAttrs
        // (if isStructured then { env = environment; } else environment)
        // {
          inherit name system outputs;
          inherit stdenv;
          builder = shell;
          args =
            attrs.args or [
              "-e"
              (attrs.builder or ./builder.sh)
            ];
          userHook = attrs.userHook or null;
          __ignoreNulls = true;
          inherit doCheck doInstallCheck;
        }
        # For hooks that run the package's program.
        // lib.optionalAttrs (attrs ? meta.mainProgram) { NIX_MAIN_PROGRAM = attrs.meta.mainProgram; }
        # Debug information that could be kept apart has to be made.
        // lib.optionalAttrs separateDebugInfo { NIX_CFLAGS_COMPILE = "${toString (attrs.NIX_CFLAGS_COMPILE or environment.NIX_CFLAGS_COMPILE or "")} -ggdb -Wl,--build-id"; };

      meta = {
        inherit name;
        available = true;
        broken = false;
        unfree = false;
        insecure = false;
        unsupported = false;
        outputsToInstall = [ (if builtins.elem "bin" outputs then "bin" else lib.head outputs) ];
      }
      // lib.optionalAttrs (positionOf attrs != null) { position = positionOf attrs; }
      // attrs.meta or { };
    in
    assert lib.assertMsg (clash == [ ])
      "mkDerivation: ${name} gives ${lib.concatStringsSep ", " clash} both as an attribute and in env";
    lib.extendDerivation true (
      {
        inherit meta;
        passthru = attrs.passthru or { };
        overrideAttrs = override;
        inputDerivation = derivation (
          derivationAttrs
          // {
            name = "inputDerivation-${name}";
            outputs = [ "out" ];
            args = [
              "-c"
              ''export > "$out"; exit 0''
            ];
          }
        );
      }
      // attrs.passthru or { }
    ) (derivation derivationAttrs);
in
mkDerivation
