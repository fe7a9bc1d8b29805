"""Makes what a build made run against the store, or says why it cannot.

For each ELF file of the outputs: the interpreter is the store's, every needed
library is found in the store, and search folders that serve nothing go.
"""

import os
import subprocess
import sys

from elf import Elf, ElfError, is_elf
from hostlibs import EXIT_MISSING, refuse_newer_host


def main(glibc, library_folders, strip, *outputs):
    """`library_folders` are the inputs' folders, separated by colons; `strip` may be `-`."""
    with open(os.path.join(glibc, "nix-support", "dynamic-linker")) as file:
        interpreter = file.read().strip()
    inputs = [d for d in library_folders.split(":") if d]
    files = [path for output in outputs for path in _elf_files(output)]
    if files:
        refuse_newer_host(glibc)
    if strip != "-" and files:
        # Debug sections only; they name the build's folder.
        subprocess.run([strip, "--strip-debug", "--", *files], check=True)
    own = {}
    for path in files:
        own.setdefault(os.path.basename(path), os.path.dirname(path))
    problems = []
    for path in files:
        problems += _fix(path, interpreter, [*inputs, os.path.join(glibc, "lib")], own)
    for problem in problems:
        sys.stderr.write(f"hostpkgs: {problem}\n")
    if problems:
        sys.exit(EXIT_MISSING)


def _elf_files(output):
    for folder, folders, names in os.walk(output):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            # Object files and core dumps have no dynamic part; see `_fix`.
            if not os.path.islink(path) and is_elf(path):
                yield path


def _fix(path, interpreter, folders, own):
    elf = Elf(path)
    if not elf.is_dynamic:
        return []
    is_program = elf.interpreter is not None
    origin = os.path.dirname(path)
    store = os.environ.get("NIX_STORE", "/nix/store") + "/"
    kept, missing = [], []
    for name in elf.needed:
        if name.startswith("ld-linux"):
            continue
        # What the file says itself counts first, where it stays in the store.
        candidates = [d for d in elf.rpath if d.startswith((store, "$ORIGIN", "${ORIGIN}"))]
        candidates += folders
        found = next((d for d in candidates if _holds(d, origin, name)), None)
        if found is None:
            found = own.get(name)
        if found is None:
            missing.append(name)
        elif found not in kept:
            kept.append(found)
    problems = []
    if missing and is_program:
        problems = [
            f"{path} needs {name}, which none of its inputs has: add the package with that "
            "library to buildInputs (the host's own must not be used at run time)"
            for name in missing
        ]
    elif missing:
        sys.stderr.write(f"hostpkgs: warning: {path}: not found in the store: {', '.join(missing)}\n")
    changes_interpreter = is_program and not elf.interpreter.startswith(store)
    # A program needs the C library's folder even without a library of it (it
    # opens some by itself); a library finds the C library already loaded.
    libc_folder = folders[-1]
    if is_program and libc_folder not in kept:
        kept.append(libc_folder)
    if not is_program and libc_folder not in elf.rpath and libc_folder in kept:
        kept.remove(libc_folder)
    if not changes_interpreter and elf.rpath == kept:
        return problems
    try:
        if changes_interpreter or not elf.rpath or not elf.shrink_rpath(kept):
            elf.edit(interpreter=interpreter if changes_interpreter else None, rpath=kept)
        elf.save()
    except ElfError as error:
        problems.append(f"cannot relocate: {error}")
    return problems


def _holds(folder, origin, name):
    folder = folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
    return os.path.exists(os.path.join(folder, name))
