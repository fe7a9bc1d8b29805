# C libraries to build against, each a relocated copy of the host's.
{ final, lib }:
let
  inherit (final) hostCopy;

  library =
    pname:
    { description, debian, ... }@arguments:
    hostCopy {
      inherit pname debian;
      libraries = arguments.libraries or [ (builtins.removeAttrs arguments [ "description" "optionalPrograms" "libraryInputs" ]) ];
      optionalPrograms = arguments.optionalPrograms or [ ];
      libraryInputs = arguments.libraryInputs or [ ];
      meta = { inherit description; };
    };

  libraries = {
    zlib = {
      description = "Lossless compression";
      debian = "zlib1g-dev";
      name = "z";
      headers = [ "zlib.h" "zconf.h" ];
      pkgConfig = [ "zlib" ];
    };
    openssl = {
      description = "Cryptography and TLS";
      debian = "libssl-dev";
      optionalPrograms = [ "openssl" ];
      libraries = [
        {
          name = "ssl";
          headers = [ "openssl" ];
          pkgConfig = [ "libssl" "openssl" ];
        }
        {
          name = "crypto";
          pkgConfig = [ "libcrypto" ];
        }
      ];
    };
    sqlite = {
      description = "An SQL database in a file";
      debian = "libsqlite3-dev";
      name = "sqlite3";
      headers = [ "sqlite3.h" "sqlite3ext.h" ];
      pkgConfig = [ "sqlite3" ];
      optionalPrograms = [ "sqlite3" ];
    };
    pcre2 = {
      description = "Perl-compatible regular expressions";
      debian = "libpcre2-dev";
      name = "pcre2-8";
      headers = [ "pcre2.h" "pcre2posix.h" ];
      pkgConfig = [ "libpcre2-8" ];
    };
    expat = {
      description = "XML parser";
      debian = "libexpat1-dev";
      name = "expat";
      headers = [ "expat.h" "expat_external.h" "expat_config.h" ];
      pkgConfig = [ "expat" ];
    };
    libffi = {
      description = "Calls functions by description";
      debian = "libffi-dev";
      name = "ffi";
      headers = [ "ffi.h" "ffitarget.h" ];
      pkgConfig = [ "libffi" ];
    };
    libxml2 = {
      description = "XML parser and toolkit";
      debian = "libxml2-dev";
      name = "xml2";
      headers = [ "libxml2" ];
      pkgConfig = [ "libxml-2.0" ];
    };
    ncurses = {
      description = "Terminal handling";
      debian = "libncurses-dev";
      libraries = [
        {
          name = "ncursesw";
          headers = [ "ncurses.h" "curses.h" "ncurses_dll.h" "unctrl.h" "term.h" "termcap.h" "form.h" "menu.h" "panel.h" "eti.h" "tic.h" ];
          pkgConfig = [ "ncursesw" "ncurses" ];
        }
        {
          name = "tinfo";
          pkgConfig = [ "tinfo" ];
        }
      ];
    };
    readline = {
      description = "Line editing";
      debian = "libreadline-dev";
      name = "readline";
      headers = [ "readline" ];
      pkgConfig = [ "readline" ];
    };
  };
in
builtins.mapAttrs library libraries
