# Downloads, each pinned by its hash.
final:
let
  inherit (final) lib;

  # hash, or one of the older attributes; empty means "tell me".
  hashOf =
    arguments:
    let
      algorithm = lib.findFirst (name: arguments.${name} or null != null) null [
        "sha256"
        "sha512"
        "sha1"
        "md5"
      ];
    in
    if arguments.hash or null != null then
      {
        outputHashAlgo = if arguments.hash == "" then "sha256" else null;
        outputHash = if arguments.hash == "" then lib.fakeHash else arguments.hash;
      }
    else if arguments ? outputHash && arguments.outputHash != null then
      {
        outputHashAlgo = arguments.outputHashAlgo or null;
        inherit (arguments) outputHash;
      }
    else if algorithm != null then
      {
        outputHashAlgo = algorithm;
        outputHash = if arguments.${algorithm} == "" then lib.fakeSha256 else arguments.${algorithm};
      }
    else
      throw "fetchurl: no hash is given for ${arguments.url or (toString (arguments.urls or [ ]))}";

  firstUrl = arguments: arguments.url or (lib.head arguments.urls);
in
{
  # outputHash and outputHashAlgo of a fetcher's arguments.
  hashOfDownload = arguments: lib.filterAttrs (_: value: value != null) (hashOf arguments);

  # Nix's own downloader: it needs no curl. What it cannot do is refused.
  fetchurl = lib.makeOverridable (
    {
      url ? null,
      urls ? [ ],
      name ? "",
      executable ? false,
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    let
      unsupported = builtins.filter (key: arguments.${key} or "" != "" && arguments.${key} or [ ] != [ ]) [
        "curlOpts"
        "curlOptsList"
        "postFetch"
        "netrcPhase"
      ];
      address = firstUrl arguments;
      fileName = if name != "" then name else lib.sanitizeDerivationName (baseNameOf address);
    in
    if unsupported != [ ] then
      throw "fetchurl: hostpkgs downloads with Nix itself and has no ${lib.concatStringsSep ", " unsupported} (${address})"
    else
      lib.extendDerivation true (
        {
          inherit url;
          urls = if urls == [ ] then [ url ] else urls;
          meta = {
            name = fileName;
            available = true;
          }
          // meta;
        }
        // passthru
      ) (
        derivation (
          {
            name = fileName;
            system = "builtin";
            builder = "builtin:fetchurl";
            url = address;
            urls = [ address ];
            inherit executable;
            unpack = false;
            outputHashMode = if executable then "recursive" else "flat";
            outputs = [ "out" ];
            preferLocalBuild = true;
            impureEnvVars = lib.fetchers.proxyImpureEnvVars;
          }
          // lib.filterAttrs (_: value: value != null) (hashOf arguments)
        )
      )
  );

  # An archive, unpacked; its one folder is taken off.
  fetchzip = lib.makeOverridable (
    {
      url ? null,
      urls ? [ ],
      name ? "source",
      stripRoot ? true,
      postFetch ? "",
      extension ? null,
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    let
      address = firstUrl arguments;
      fileName = if extension == null then baseNameOf address else "archive.${extension}";
    in
    final.stdenvNoCC.mkDerivation (
      {
        inherit name postFetch meta;
        url = address;
        passthru = {
          inherit url;
        }
        // passthru;
        nativeBuildInputs = [
          final.curl
          final.cacert
        ]
        ++ lib.optional (lib.hasSuffix ".zip" fileName) final.unzip
        ++ lib.optional (lib.hasSuffix "xz" fileName) final.xz
        ++ lib.optional (lib.hasSuffix "bz2" fileName) final.bzip2;
        SSL_CERT_FILE = "${final.cacert}/etc/ssl/certs/ca-bundle.crt";
        inherit fileName stripRoot;
        outputHashMode = "recursive";
        impureEnvVars = lib.fetchers.proxyImpureEnvVars;
        preferLocalBuild = true;
        buildCommand = ''
          curl --location --fail --retry 3 --silent --show-error --output "$fileName" "$url"
          mkdir unpacked
          cd unpacked
          unpackFile "$NIX_BUILD_TOP/$fileName"
          if [ -n "$stripRoot" ]; then
            shopt -s dotglob nullglob
            entries=(*)
            if [ "''${#entries[@]}" != 1 ]; then
              echo "fetchzip: the archive does not hold just one folder; try stripRoot = false" >&2
              exit 1
            fi
            mv -- "''${entries[0]}" "$out"
          else
            mv "$PWD" "$out"
          fi
          chmod -R u+w "$out"
          eval "$postFetch"
        '';
      }
      // lib.filterAttrs (_: value: value != null) (hashOf arguments)
    )
  );
  fetchTarball = builtins.fetchTarball;
}
