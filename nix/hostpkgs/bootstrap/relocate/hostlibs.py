"""Where this host keeps its shared libraries, its own packages' only.

`/usr/local` and the environment (LD_LIBRARY_PATH) are left out on purpose:
what is there is somebody's own, not the distribution's.
"""

import glob
import os
import re
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


def libc_version(path):
    """The version that a C library says it has, as numbers: (2, 36)."""
    with open(path, "rb") as file:
        found = re.search(rb"GNU C Library [^\n]*version (\d+)\.(\d+)", file.read())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def refuse_newer_host(glibc):
    """Refuses what is built for a newer C library than the copy in the store.

    Nix does not see the host's files, so an upgrade of the host leaves the copy
    as it was. An update within one version changes nothing that is relied on.
    """
    copy = os.path.join(glibc, "lib", "libc.so.6")
    host = find_library("libc.so.6", Elf(copy).machine)
    if host is None or libc_version(host) <= libc_version(copy):
        return
    number = ".".join(map(str, libc_version(host)))
    fail(
        f"this host's C library is {number} now, newer than its copy in the store ({glibc}), which "
        "cannot run what is copied or linked now. Set another config.hostEpoch, or write another "
        "text into nix/hostpkgs/host-epoch: everything is then copied anew."
    )
