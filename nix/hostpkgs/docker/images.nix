# The three image builders, which share everything but how the archive is kept.
#
#   settings and root layer ─► plan (layers, digests) ─► stream script ─► archive
final:
let
  inherit (final) lib;

  # The set's own Python; the host's, at build time, where there is none.
  python = if final ? python3 then "${final.python3}/bin/python3" else "/usr/bin/python3";
  imageTool = "${python} -I -B ${./image}";

  hostArchitecture = final.stdenv.hostPlatform.go.GOARCH;

  compressors = {
    none = {
      extension = "";
      command = "cat";
      inputs = [ ];
    };
    gz = {
      extension = ".gz";
      command = "gzip -n -3";
      inputs = [ final.gzip ];
    };
    zstd = {
      extension = ".zst";
      command = "zstd -T0 -q";
      inputs = [ final.zstd ];
    };
  };

  refuse =
    builder: arguments: names:
    let
      given = builtins.filter (name: !builtins.elem (arguments.${name} or null) [ null "" false ]) names;
    in
    lib.throwIf (given != [ ]) (
      "dockerTools.${builder}: hostpkgs does not support ${lib.concatStringsSep ", " given}, which needs root, a "
      + "virtual machine or Nix's database; make those files with extraCommands or as a package of contents"
    );

  # What is written outside of the store, as its own layer.
  rootLayerOf =
    {
      baseName,
      contents,
      extraCommands,
      owner,
    }:
    final.runCommandWith
      {
        name = "${baseName}-root-layer";
        runLocal = true;
        derivationArgs = {
          inherit extraCommands;
          spec = builtins.toJSON owner;
          joined = final.symlinkJoin {
            name = "${baseName}-root";
            paths = contents;
          };
          passAsFile = [ "spec" ];
        };
      }
      ''
        mkdir root
        cp -a "$joined/." root/
        # Folders as an image has them, whatever the store made of them.
        find root -type d -exec chmod 755 {} +
        (cd root && eval "$extraCommands")
        ${imageTool} root-layer root "$specPath" "$out"
      '';

  # Which store path goes into which layer, and every layer's digest.
  planOf =
    {
      baseName,
      settings,
      configFile,
      rootLayer,
    }:
    final.runCommandWith
      {
        name = "${baseName}-plan.json";
        runLocal = true;
        derivationArgs = {
          # Both name all that the image needs, by their own references.
          exportReferencesGraph = [
            "config-graph"
            configFile
            "root-graph"
            rootLayer
          ];
          spec = builtins.toJSON (
            settings
            // {
              config = "${configFile}";
              rootLayer = "${rootLayer}";
              leaveOut = [
                "${configFile}"
                "${rootLayer}"
              ];
            }
          );
          passAsFile = [ "spec" ];
        };
      }
      ''
        ${imageTool} plan "$specPath" "$NIX_BUILD_TOP/config-graph" "$NIX_BUILD_TOP/root-graph" "$out"
      '';

  streamLayeredImage =
    {
      name,
      tag ? null,
      # Packages linked into the image's root: one, or a list.
      contents ? [ ],
      # The OCI image configuration: Cmd, Entrypoint, Env, ExposedPorts, …
      config ? { },
      # When the image says it was made; "now" makes it differ each time.
      created ? "1970-01-01T00:00:01Z",
      mtime ? "1970-01-01T00:00:01Z",
      uid ? 0,
      gid ? 0,
      uname ? "root",
      gname ? "root",
      maxLayers ? 100,
      # Shell commands run in the image's root after the links are made.
      extraCommands ? "",
      fromImage ? null,
      includeStorePaths ? true,
      architecture ? hostArchitecture,
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    let
      baseName = lib.sanitizeDerivationName (baseNameOf name);
      imageName = lib.toLower name;
      # Without a tag, what the image is made of names it.
      imageTag = if tag != null then tag else lib.head (lib.splitString "-" (baseNameOf "${plan}"));

      owner = {
        inherit
          uid
          gid
          uname
          gname
          ;
        mtime = 1;
      };
      configFile = final.writeText "${baseName}-config.json" (builtins.toJSON config);
      rootLayer = rootLayerOf {
        inherit baseName extraCommands owner;
        contents = lib.toList contents;
      };
      plan = planOf {
        inherit baseName configFile rootLayer;
        settings = owner // {
          inherit created architecture includeStorePaths;
          storeLayers = lib.max 1 (maxLayers - 1);
          fromImage = if fromImage == null then null else "${fromImage}";
        };
      };
    in
    refuse "streamLayeredImage" arguments [ "fakeRootCommands" "enableFakechroot" "includeNixDB" ] (
      lib.throwIf (mtime != "1970-01-01T00:00:01Z")
        "dockerTools: every file in an image has the same date here; mtime cannot be set"
        (
          final.runCommandWith
            {
              name = "stream-${baseName}";
              runLocal = true;
              derivationArgs = {
                inherit imageName meta;
                pos = builtins.unsafeGetAttrPos "name" arguments;
                passthru = passthru // {
                  inherit imageTag plan;
                  # Tells the script from an archive.
                  isExe = true;
                };
                script = ''
                  #!${final.runtimeShell}
                  exec ${imageTool} stream ${plan} ${lib.escapeShellArg "${imageName}:${imageTag}"}
                '';
                passAsFile = [ "script" ];
              };
            }
            ''
              cp "$scriptPath" "$out"
              chmod +x "$out"
            ''
        )
    );

  # The same, kept as an archive.
  buildLayeredImage =
    {
      name,
      compressor ? "gz",
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    let
      stream = streamLayeredImage (
        builtins.removeAttrs arguments [
          "compressor"
          "passthru"
          "meta"
        ]
      );
      kind =
        compressors.${compressor}
          or (throw "dockerTools: compressor is ${lib.concatStringsSep ", " (builtins.attrNames compressors)}, not ${compressor}");
    in
    final.runCommandWith
      {
        name = "${lib.sanitizeDerivationName (baseNameOf name)}.tar${kind.extension}";
        runLocal = true;
        derivationArgs = {
          inherit (stream) imageName;
          inherit meta;
          nativeBuildInputs = kind.inputs;
          pos = builtins.unsafeGetAttrPos "name" arguments;
          passthru = passthru // {
            inherit (stream) imageTag;
            inherit stream;
          };
        };
      }
      ''
        ${stream} | ${kind.command} > "$out"
      '';

  # One layer for the store paths, one for the root.
  buildImage =
    {
      copyToRoot ? null,
      contents ? null,
      ...
    }@arguments:
    let
      root =
        if copyToRoot != null then
          copyToRoot
        else if contents != null then
          contents
        else
          [ ];
    in
    refuse "buildImage" arguments [ "runAsRoot" ] (
      buildLayeredImage (
        builtins.removeAttrs arguments [
          "copyToRoot"
          "runAsRoot"
          "diskSize"
          "buildVMMemorySize"
          "keepContentsDirlinks"
          "fromImageName"
          "fromImageTag"
        ]
        // {
          contents = root;
          maxLayers = 2;
        }
      )
    );
in
{
  inherit streamLayeredImage buildLayeredImage buildImage;
}
