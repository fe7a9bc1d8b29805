"""Entry point: `python3 -I -B relocate COMMAND ARGUMENT…`.

copy SPEC.json   copies files of this host into $out and relocates them
glibc OUT        copies the C library and builds what goes with it
fixup …          makes what a build made run against the store, or says why not
"""

import sys

import fixup
import glibc
import host_copy

COMMANDS = {"copy": host_copy.main, "glibc": glibc.main, "fixup": fixup.main}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
