"""Copies programs, libraries and folders of this host into the store.

The spec is what `../host-copy.nix` writes. Everything copied gets the store's loader and a search
path that leads to libraries in the store only: those of `libraryInputs` where
they have the file, else copies beside it in `$out/lib`.
"""

import fnmatch
import json
import os
import re
import shutil

from elf import Elf, ElfError, is_elf
from hostlibs import TRIPLES, fail, find_library, refuse_newer_host

class Relocator:
    def __init__(self, spec):
        self.spec = spec
        self.out = spec["out"]
        self.library_folder = os.path.join(self.out, "lib")
        self.glibc = spec["glibc"]
        self.inputs = [os.path.join(path, "lib") for path in spec["libraryInputs"]]
        self.input_folders = [*self.inputs, os.path.join(self.glibc, "lib")]
        # $out path -> the path on the host that it was copied from.
        self.copied = {}

    def run(self):
        refuse_newer_host(self.glibc)
        for entry in self.spec["files"]:
            self.copy_file(entry)
        for entry in self.spec["trees"]:
            self.copy_tree(entry)
        for entry in self.spec["libraries"]:
            self.copy_library(entry)
        pending = list(self.copied.items())
        while pending:
            target, source = pending.pop()
            pending += self.relocate(target, source)

    def machine(self):
        return Elf(os.path.join(self.glibc, "lib", "libc.so.6")).machine

    def copy_file(self, entry):
        source = entry["from"]
        if not os.path.exists(source):
            if entry.get("optional"):
                return
            fail(
                f"{source} is not on this host, and {self.spec['name']} is a copy of it; "
                f"install the Debian package {entry.get('debian') or '(unknown)'}"
            )
        self.place(os.path.realpath(source), os.path.join(self.out, entry["to"]))

    def copy_tree(self, entry):
        source = entry["from"]
        if not os.path.isdir(source):
            fail(
                f"the folder {source} is not on this host, and {self.spec['name']} is a copy "
                f"of it; install the Debian package {entry.get('debian') or '(unknown)'}"
            )
        excluded = entry.get("exclude", [])
        root = os.path.join(self.out, entry["to"])
        top = os.path.realpath(source)
        for folder, folders, files in os.walk(source):
            relative = os.path.relpath(folder, source)
            folders[:] = sorted(d for d in folders if not _excluded(relative, d, excluded))
            for name in [*folders, *sorted(files)]:
                path = os.path.join(folder, name)
                target = os.path.normpath(os.path.join(root, relative, name))
                if _excluded(relative, name, excluded) or not os.path.exists(path):
                    continue
                if os.path.islink(path):
                    self.copy_link(path, target, top, excluded)
                elif os.path.isfile(path):
                    self.place(path, target)

    def copy_link(self, path, target, top, excluded):
        """A link within the tree stays one; another becomes what it leads to."""
        pointed = os.path.realpath(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if pointed.startswith(top + "/"):
            os.symlink(os.path.relpath(pointed, os.path.realpath(os.path.dirname(path))), target)
        elif os.path.isdir(pointed):
            self.copy_tree({"from": pointed, "to": os.path.relpath(target, self.out), "exclude": excluded})
        else:
            self.place(path, target)

    def copy_library(self, entry):
        """A library to build against: the file, its link, headers and pkg-config's word."""
        machine = self.machine()
        development = find_library(f"lib{entry['name']}.so", machine)
        if development is None:
            fail(
                f"lib{entry['name']}.so is not on this host, and {self.spec['name']} is a copy of it; "
                f"install the Debian package {entry['debian']}"
            )
        soname = Elf(development).soname or os.path.basename(development)
        self.place(development, os.path.join(self.library_folder, soname))
        link = os.path.join(self.library_folder, f"lib{entry['name']}.so")
        if os.path.basename(link) != soname:
            os.symlink(soname, link)
        triple = TRIPLES[machine]
        for header in entry["headers"]:
            found = [f"{d}/{header}" for d in ("/usr/include", f"/usr/include/{triple}") if os.path.exists(f"{d}/{header}")]
            if not found:
                fail(f"the header {header} is not on this host; install the Debian package {entry['debian']}")
            for source in found:
                target = f"include/{header}"
                if os.path.isdir(source):
                    self.copy_tree({"from": source, "to": target})
                else:
                    self.copy_file({"from": source, "to": target})
        for name in entry["pkgConfig"]:
            self.write_pkg_config(name, triple)

    def write_pkg_config(self, name, triple):
        """The host's file, with the store's folders for the host's."""
        folders = (f"/usr/lib/{triple}/pkgconfig", "/usr/lib/pkgconfig", "/usr/share/pkgconfig")
        source = next((f"{d}/{name}.pc" for d in folders if os.path.exists(f"{d}/{name}.pc")), None)
        if source is None:
            return
        with open(source) as file:
            text = file.read()
        text = re.sub(r"^(libdir\s*=).*$", rf"\1{self.library_folder}", text, flags=re.MULTILINE)
        text = re.sub(r"^(includedir\s*=).*$", rf"\1{self.out}/include", text, flags=re.MULTILINE)
        text = re.sub(r"^(prefix|exec_prefix)(\s*=).*$", rf"\1\2{self.out}", text, flags=re.MULTILINE)
        target = os.path.join(self.library_folder, "pkgconfig", f"{name}.pc")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w") as file:
            file.write(text)

    def place(self, source, target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
        os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
        self.copied[target] = os.path.realpath(source)

    def relocate(self, target, source):
        """Makes one copied file independent of the host; returns libraries copied for it."""
        if not is_elf(target):
            self.rewrite_shebang(target)
            return []
        elf = Elf(target)
        if not elf.is_dynamic:
            return []
        rpath, added = self.resolve(elf, source)
        is_program = elf.interpreter is not None
        shim = self.spec["localeShim"]
        try:
            elf.edit(
                interpreter=self.spec["interpreter"] if is_program else None,
                rpath=rpath,
                add_needed=[shim] if is_program and shim else [],
            )
        except ElfError as error:
            fail(f"cannot relocate {source}: {error}")
        elf.save()
        return added

    def resolve(self, elf, source):
        """The search path for what `elf` needs, copying what no input has."""
        rpath, added = [], []
        own = [
            d.replace("$ORIGIN", os.path.dirname(source)).replace("${ORIGIN}", os.path.dirname(source))
            for d in elf.rpath
        ]
        for name in elf.needed:
            if name.startswith("ld-linux"):
                continue
            folder = next((d for d in self.input_folders if os.path.exists(os.path.join(d, name))), None)
            if folder is None:
                folder = self.library_folder
                target = os.path.join(folder, name)
                if not os.path.exists(target):
                    library = find_library(name, elf.machine, own)
                    if library is None:
                        fail(f"{source} needs {name}, which is in none of this host's library folders")
                    self.place(library, target)
                    added.append((target, self.copied[target]))
            if folder not in rpath:
                rpath.append(folder)
        # Always: the locale shim and what the C library opens by itself
        # (libgcc_s, name services) are there.
        libc_folder = os.path.join(self.glibc, "lib")
        if libc_folder not in rpath:
            rpath.append(libc_folder)
        for folder in self.spec["extraRpath"]:
            if folder not in rpath:
                rpath.append(folder)
        return rpath, added

    def rewrite_shebang(self, target):
        """Points a script's first line at the interpreter's copy in the store."""
        with open(target, "rb") as file:
            content = file.read()
        if not content.startswith(b"#!"):
            return
        line, _, rest = content.partition(b"\n")
        for host, replacement in self.spec["interpreters"].items():
            words = line[2:].strip().split(None, 1)
            if words and words[0].decode(errors="replace") == host:
                arguments = b" " + words[1] if len(words) > 1 else b""
                with open(target, "wb") as file:
                    file.write(b"#!" + replacement.encode() + arguments + b"\n" + rest)
                return


def _excluded(relative, name, patterns):
    path = name if relative == "." else f"{relative}/{name}"
    return any(fnmatch.fnmatch(path, p) or fnmatch.fnmatch(name, p) for p in patterns)


def main(spec_path):
    with open(spec_path) as file:
        spec = json.load(file)
    Relocator(spec).run()
