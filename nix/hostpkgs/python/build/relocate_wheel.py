"""Make the prebuilt programs and libraries of a wheel run against the store.

Usage: relocate_wheel.py RELOCATE PREFIX LOADER FOLDER…

RELOCATE is the folder of hostpkgs' own relocator, whose ELF editor is used;
LOADER is the store's, and the FOLDERs have the libraries that wheels expect of
every Linux.

Most libraries need no change: they find their own companions by $ORIGIN, and
everything else in the search path of the interpreter that loads them (DT_RPATH,
which counts for them too). That is not so for programs, and for libraries with
a DT_RUNPATH, which turns the interpreter's path off.
"""

import os
import sys


def say(text):
    print(f"hostpkgs: {text}", file=sys.stderr)


def elf_files(prefix, is_elf):
    for folder, folders, names in os.walk(prefix):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path) and is_elf(path):
                yield path


def main(relocator, prefix, loader, *folders):
    sys.path.insert(0, relocator)
    from elf import DT_RUNPATH, Elf, ElfError, is_elf

    broken = False
    for path in elf_files(prefix, is_elf):
        elf = Elf(path)
        is_program = elf.is_dynamic and elf.interpreter is not None
        has_runpath = any(tag == DT_RUNPATH for tag, _ in elf.dynamic) if elf.is_dynamic else False
        if not (is_program or has_runpath):
            continue
        own = [folder for folder in elf.rpath if folder.startswith("$ORIGIN")]
        try:
            elf.edit(interpreter=loader if is_program else None, rpath=[*own, *folders])
            elf.save()
        except ElfError as problem:
            say(f"cannot relocate the wheel's {'program' if is_program else 'library'}: {problem}")
            broken = broken or is_program
    if broken:
        say("its wheel's programs would run with the host's libraries; prefer its source")
        sys.exit(3)


if __name__ == "__main__":
    main(*sys.argv[1:])
