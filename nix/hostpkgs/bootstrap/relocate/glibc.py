"""Copies the host's C library into the store.

The loader and libc.so.6 keep every byte but the loader's built-in search
paths: with those it would still find the host's libraries, and a program that
lacks one in the store would seem to work here and fail in an image.
"""

import os
import shutil
import subprocess

from elf import Elf
from hostlibs import TRIPLES, fail, find_library

LIBRARIES = [
    "libc.so.6",
    "libm.so.6",
    "libmvec.so.1",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libnsl.so.1",
    "libanl.so.1",
    "libBrokenLocale.so.1",
    "libthread_db.so.1",
    "libnss_files.so.2",
    "libnss_dns.so.2",
    "libnss_compat.so.2",
    # Opened by the C library itself when a thread is cancelled.
    "libgcc_s.so.1",
]
LOCALE = "C.utf8"
LOCALE_FOLDERS = ["/usr/lib/locale", "/lib/locale"]


def main(out, shim_source):
    library_folder = os.path.join(out, "lib")
    os.makedirs(library_folder)
    machine = _own_machine()
    loader = Elf("/usr/bin/python3").interpreter
    loader_name = os.path.basename(loader)
    _copy(os.path.realpath(loader), os.path.join(library_folder, loader_name))
    _forget_host_folders(os.path.join(library_folder, loader_name), TRIPLES[machine])
    for name in LIBRARIES:
        source = find_library(name, machine)
        if source:
            _copy(source, os.path.join(library_folder, name))
    libc = os.path.join(library_folder, "libc.so.6")
    if not os.path.exists(libc):
        fail("libc.so.6 is in none of this host's library folders")
    _copy_locale(os.path.join(library_folder, "locale"))
    _build_shim(shim_source, library_folder)

    support = os.path.join(out, "nix-support")
    os.makedirs(support)
    with open(os.path.join(support, "dynamic-linker"), "w") as file:
        file.write(os.path.join(library_folder, loader_name) + "\n")


def _own_machine():
    return Elf("/usr/bin/python3").machine


def _copy(source, target):
    shutil.copyfile(source, target)
    os.chmod(target, 0o755)


def _forget_host_folders(loader, triple):
    """Overwrites the loader's default folders and cache with names that cannot exist.

    Every replacement has the length of what it replaces. What is not found (a
    loader built in another way) is left as it is: the search paths of what we
    relocate come first all the same.
    """
    with open(loader, "rb") as file:
        data = file.read()
    folders = [f"/lib/{triple}/", f"/usr/lib/{triple}/", "/lib/", "/usr/lib/"]
    for block in (folders, ["/lib64/", "/usr/lib64/"]):
        old = b"".join(f.encode() + b"\0" for f in block)
        new = b"".join(_impossible_folder(len(f)) + b"\0" for f in block)
        data = data.replace(old, new)
    for name in (b"/etc/ld.so.cache\0", b"/etc/ld.so.preload\0"):
        data = data.replace(name, b"/dev/null/".ljust(len(name) - 1, b"x") + b"\0")
    with open(loader, "wb") as file:
        file.write(data)


def _impossible_folder(length):
    """An absolute folder name of that length: below /dev/null there is nothing."""
    if length > len("/dev/null/"):
        return b"/dev/null/".ljust(length - 1, b"x") + b"/"
    return b"/" + b"\x01" * (length - 2) + b"/"


def _copy_locale(target):
    for folder in LOCALE_FOLDERS:
        source = os.path.join(folder, LOCALE)
        if os.path.isdir(source):
            shutil.copytree(source, os.path.join(target, LOCALE))
            return
    fail(f"the locale {LOCALE} is in none of {', '.join(LOCALE_FOLDERS)}; install the Debian package libc-bin")


def _build_shim(source, library_folder):
    compiler = "/usr/bin/gcc"
    if not os.path.exists(compiler):
        fail("/usr/bin/gcc is not on this host; install the Debian packages gcc and libc6-dev")
    target = os.path.join(library_folder, "libhostpkgs-locale.so")
    subprocess.run(
        [
            compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-s",
            "-Wl,-soname,libhostpkgs-locale.so", "-Wl,--build-id=none",
            f'-DLOCALE_FOLDER="{library_folder}/locale"',
            "-o", target, source,
        ],
        check=True,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
    )
