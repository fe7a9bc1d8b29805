# The usual command-line tools, each a relocated copy of the host's.
{ final, lib }:
let
  inherit (final) hostCopy;

  # Debian keeps some of them in /bin only in name: /bin is a link to /usr/bin.
  tool =
    pname:
    {
      mainProgram ? pname,
      description,
      ...
    }@arguments:
    hostCopy (
      {
        inherit pname;
        programs = [ mainProgram ];
        meta = {
          inherit description mainProgram;
        };
      }
      // builtins.removeAttrs arguments [
        "mainProgram"
        "description"
      ]
    );

  tools = {
    coreutils = {
      description = "GNU core utilities";
      mainProgram = "ls";
      programs = lib.splitString " " (
        "basename cat chgrp chmod chown cp cut date dd df dirname du echo env expr false head id install join ln ls "
        + "mkdir mktemp mv nohup od paste printf pwd readlink realpath rm rmdir seq sha256sum sleep sort split stat "
        + "stty sync tail tee test timeout touch tr true tty uname uniq wc whoami yes"
      );
      optionalPrograms = lib.splitString " " (
        "[ arch b2sum base32 base64 basenc chcon chroot cksum comm csplit dir dircolors expand factor fmt fold groups "
        + "hostid link logname md5sum mkfifo mknod nice nl nproc numfmt pathchk pinky pr printenv ptx runcon sha1sum "
        + "sha224sum sha384sum sha512sum shred shuf stdbuf sum tac truncate tsort unexpand unlink users vdir who"
      );
    };
    findutils = {
      description = "GNU find and xargs";
      mainProgram = "find";
      programs = [ "find" "xargs" ];
    };
    diffutils = {
      description = "GNU diff, cmp and the like";
      mainProgram = "diff";
      programs = [ "diff" "cmp" ];
      optionalPrograms = [ "diff3" "sdiff" ];
    };
    gnused = {
      description = "GNU stream editor";
      mainProgram = "sed";
      debian = "sed";
    };
    gnugrep = {
      description = "GNU grep";
      mainProgram = "grep";
      debian = "grep";
      postCopy = ''
        for variant in E:egrep F:fgrep; do
          printf '#!%s\nexec %s/bin/grep -%s "$@"\n' \
            ${final.bash}/bin/bash "$out" "''${variant%%:*}" > "$out/bin/''${variant##*:}"
          chmod +x "$out/bin/''${variant##*:}"
        done
      '';
    };
    gawk = {
      description = "AWK: GNU's where the host has it, else the host's own";
      mainProgram = "awk";
      files = [
        {
          from = "/usr/bin/awk";
          to = "bin/awk";
          debian = "gawk";
        }
        {
          from = "/usr/bin/gawk";
          to = "bin/gawk";
          optional = true;
        }
      ];
      programs = [ ];
    };
    gnutar = {
      description = "GNU tar";
      mainProgram = "tar";
      debian = "tar";
    };
    gzip = {
      description = "GNU gzip";
      postCopy = ''
        ln -s gzip "$out/bin/gunzip"
        ln -s gzip "$out/bin/zcat"
      '';
    };
    bzip2 = {
      description = "The bzip2 compressor";
      postCopy = ''
        ln -s bzip2 "$out/bin/bunzip2"
        ln -s bzip2 "$out/bin/bzcat"
      '';
    };
    xz = {
      description = "The xz compressor";
      debian = "xz-utils";
      postCopy = ''
        ln -s xz "$out/bin/unxz"
        ln -s xz "$out/bin/xzcat"
      '';
    };
    zstd = {
      description = "The zstd compressor";
      postCopy = ''
        ln -s zstd "$out/bin/unzstd"
        ln -s zstd "$out/bin/zstdcat"
      '';
    };
    unzip.description = "Unpacks zip archives";
    zip.description = "Makes zip archives";
    gnumake = {
      description = "GNU make";
      mainProgram = "make";
      debian = "make";
    };
    gnupatch = {
      description = "Applies diffs";
      mainProgram = "patch";
      debian = "patch";
    };
    file = {
      description = "Tells what a file is";
      files = [
        {
          from = "/usr/bin/file";
          to = "libexec/file";
        }
        {
          from = "/usr/lib/file/magic.mgc";
          to = "share/misc/magic.mgc";
          debian = "libmagic-mgc";
        }
      ];
      programs = [ ];
      # The database's folder is built into it.
      postCopy = ''
        mkdir "$out/bin"
        {
          echo '#!${final.bash}/bin/bash'
          echo "MAGIC=\"\''${MAGIC-$out/share/misc/magic.mgc}\" exec -a \"\$0\" $out/libexec/file \"\$@\""
        } > "$out/bin/file"
        chmod +x "$out/bin/file"
      '';
    };
    curl.description = "Transfers files by URL";
    jq.description = "Command-line JSON processor";
    pkg-config = {
      description = "Tells compilers where libraries are";
      debian = "pkgconf";
    };
    git = {
      description = "Version control";
      files = [ ];
      programs = [ ];
      trees = [
        {
          from = "/usr/lib/git-core";
          to = "libexec/git-core";
        }
        {
          from = "/usr/share/git-core/templates";
          to = "share/git-core/templates";
        }
      ];
      # The folders built into git are the host's.
      postCopy = ''
        mkdir -p "$out/bin"
        {
          echo '#!${final.bash}/bin/bash'
          echo "export GIT_EXEC_PATH=\"\''${GIT_EXEC_PATH-$out/libexec/git-core}\""
          echo "export GIT_TEMPLATE_DIR=\"\''${GIT_TEMPLATE_DIR-$out/share/git-core/templates}\""
          echo "exec -a \"\$0\" $out/libexec/git-core/git \"\$@\""
        } > "$out/bin/git"
        chmod +x "$out/bin/git"
      '';
    };
    less.description = "Shows text a screen at a time";
    procps = {
      description = "ps and the like";
      mainProgram = "ps";
      programs = [ "ps" ];
      optionalPrograms = [ "free" "kill" "pgrep" "pkill" "pmap" "top" "uptime" "vmstat" "watch" ];
    };
    util-linux = {
      description = "Utilities of the Linux kernel's people";
      mainProgram = "flock";
      optionalPrograms = [ "getopt" "setsid" "unshare" "nsenter" "mount" "umount" "lscpu" "rev" "column" "more" "hexdump" ];
    };
    netcat = {
      description = "Reads and writes network connections";
      mainProgram = "nc";
      debian = "netcat-openbsd";
    };
    rsync.description = "Copies files, also between machines";
    hello.description = "Says hello";
    openssh = {
      description = "Secure shell: clients";
      mainProgram = "ssh";
      debian = "openssh-client";
      programs = [ "ssh" ];
      optionalPrograms = [ "scp" "sftp" "ssh-add" "ssh-agent" "ssh-keygen" "ssh-keyscan" ];
    };
    gnum4 = {
      description = "GNU macro processor";
      mainProgram = "m4";
      debian = "m4";
    };
    ripgrep = {
      description = "Searches folders for patterns";
      mainProgram = "rg";
    };
    fzf.description = "Fuzzy finder";
    socat.description = "Relays between streams";
    gettext = {
      description = "Translation of messages";
      mainProgram = "msgfmt";
      programs = [ "msgfmt" ];
      optionalPrograms = [ "msgmerge" "xgettext" "gettext" "envsubst" "msginit" ];
    };
    zsh.description = "The Z shell";
    tree.description = "Shows folders as a tree";
    wget.description = "Downloads files by URL";
    shellcheck.description = "Finds mistakes in shell scripts";
  };
in
builtins.mapAttrs tool tools
// {
  patch = final.gnupatch;
  m4 = final.gnum4;
  coreutils-full = final.coreutils;
  unixtools = {
    inherit (final) procps util-linux;
    ps = final.procps;
    watch = final.procps;
    top = final.procps;
    column = final.util-linux;
    getopt = final.util-linux;
    hexdump = final.util-linux;
    more = final.util-linux;
    mount = final.util-linux;
  };
  # In the C library here, as in nixpkgs on Linux.
  libiconv = final.glibc;
  grep = final.gnugrep;
  gitMinimal = final.git;
  awk = final.gawk;
  netcat-openbsd = final.netcat;
  pkgconf = final.pkg-config;
  which = final.writeShellScriptBin "which" ''
    status=0
    all=
    if [ "''${1:-}" = -a ]; then
      all=a
      shift
    fi
    for name in "$@"; do
      type -P''${all} -- "$name" || status=1
    done
    exit "$status"
  '';

  # Frameworks tell nixpkgs from other flakes by this attribute. This set has no
  # Nix of its own: the one further down the caller's PATH runs.
  nix = final.writeShellScriptBin "nix" ''
    own=$(realpath "$0" 2>/dev/null || echo "$0")
    IFS=:
    for folder in $PATH; do
      candidate="$folder/nix"
      if [ -x "$candidate" ] && ! [ "$candidate" -ef "$0" ] && ! [ "$candidate" -ef "$own" ]; then
        exec "$candidate" "$@"
      fi
    done
    echo "nix: hostpkgs has no Nix of its own, and there is none on PATH" >&2
    exit 127
  '';

  tzdata = hostCopy {
    pname = "tzdata";
    trees = [
      {
        from = "/usr/share/zoneinfo";
        to = "share/zoneinfo";
      }
    ];
    meta.description = "The world's time zones";
  };

  # Certificates are text: a plain copy.
  cacert = hostCopy {
    pname = "ca-certificates";
    files = [
      {
        from = "/etc/ssl/certs/ca-certificates.crt";
        to = "etc/ssl/certs/ca-bundle.crt";
      }
    ];
    postCopy = ''ln -s ca-bundle.crt "$out/etc/ssl/certs/ca-certificates.crt"'';
    meta.description = "The host's certificate authorities";
  };
}
