"""Where this host keeps its shared libraries, its own packages' only.

`/usr/local` and the environment (LD_LIBRARY_PATH) are left out on purpose:
what is there is somebody's own, not the distribution's.
"""

import glob
import os
import sys

from elf import Elf, is_elf

EXIT_MISSING = 3
TRIPLES = {62: "x86_64-linux-gnu", 183: "aarch64-linux-gnu"}


def fail(message):
    """Ends the build with a message for the person who started it."""
    sys.stderr.write(f"hostpkgs: {message}\n")
    sys.exit(EXIT_MISSING)


def host_library_folders(machine):
    triple = TRIPLES.get(machine)
    folders = []
    if triple:
        folders += [f"/lib/{triple}", f"/usr/lib/{triple}"]
    folders += ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    folders += _configured_folders("/etc/ld.so.conf", set())
    return [d for d in folders if not d.startswith("/usr/local")]


def _configured_folders(path, seen):
    if path in seen or not os.path.exists(path):
        return []
    seen.add(path)
    folders = []
    with open(path) as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line.startswith("include "):
                for pattern in line.split()[1:]:
                    for included in sorted(glob.glob(os.path.join(os.path.dirname(path), pattern))):
                        folders += _configured_folders(included, seen)
            elif line.startswith("/"):
                folders.append(line)
    return folders


def find_library(name, machine, first=()):
    """The host's file for a DT_NEEDED name, of the same architecture; or None."""
    for folder in [*first, *host_library_folders(machine)]:
        path = os.path.join(folder, name)
        if is_elf(path) and Elf(path).machine == machine:
            return os.path.realpath(path)
    return None
