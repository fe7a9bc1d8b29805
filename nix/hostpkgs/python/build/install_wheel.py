"""Install one wheel into a prefix of its own (PEP 427), and compile its modules.

Usage: install_wheel.py WHEEL PREFIX INTERPRETER
"""

import base64
import compileall
import configparser
import csv
import hashlib
import io
import os
import pathlib
import posixpath
import re
import sys
import zipfile

SCRIPT = """\
#!{interpreter}
import sys

from {module} import {name}

if __name__ == "__main__":
    sys.exit({call}())
"""


def fail(message):
    sys.exit(f"hostpkgs: {message}")


class WheelInstaller:
    def __init__(self, wheel, prefix, interpreter):
        self.archive = zipfile.ZipFile(wheel)
        self.prefix = pathlib.Path(prefix)
        self.interpreter = interpreter
        python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        self.site_packages = self.prefix / "lib" / python / "site-packages"
        self.include = self.prefix / "include" / python
        self.installed = []
        self.metadata = self.find_metadata(wheel)

    def find_metadata(self, wheel):
        folders = {
            name.split("/")[0]
            for name in self.archive.namelist()
            if re.fullmatch(r"[^/]+\.dist-info/WHEEL", name)
        }
        if len(folders) != 1:
            fail(f"{wheel} has {len(folders)} .dist-info folders, a wheel has one")
        return folders.pop()

    def install(self):
        for entry in self.archive.infolist():
            if not entry.is_dir() and entry.filename != f"{self.metadata}/RECORD":
                self.install_entry(entry)
        self.write_entry_points()
        self.write(self.site_packages / self.metadata / "INSTALLER", b"hostpkgs\n")
        self.write_record()
        self.compile_modules()

    def install_entry(self, entry):
        target = self.target_of(entry.filename)
        content = self.archive.read(entry)
        mode = entry.external_attr >> 16
        executable = bool(mode & 0o111)
        if target.parent == self.prefix / "bin":
            executable = True
            content = re.sub(rb"\A#!pythonw?\b[^\n]*", b"#!" + self.interpreter.encode(), content)
        self.write(target, content, executable)

    def target_of(self, name):
        """Where a file of the archive goes; nowhere outside of the prefix."""
        if posixpath.isabs(name) or ".." in name.split("/"):
            fail(f"the wheel has a file that leaves its folder: {name}")
        match = re.fullmatch(r"([^/]+)\.data/([^/]+)/(.+)", name)
        if not match:
            return self.site_packages / name
        distribution, scheme, rest = match.groups()
        folders = {
            "purelib": self.site_packages,
            "platlib": self.site_packages,
            "scripts": self.prefix / "bin",
            "headers": self.include / distribution.split("-")[0],
            "data": self.prefix,
        }
        if scheme not in folders:
            fail(f"the wheel has files of an unknown kind: {name}")
        return folders[scheme] / rest

    def write(self, target, content, executable=False):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)
        self.installed.append(target)

    def write_entry_points(self):
        path = self.site_packages / self.metadata / "entry_points.txt"
        if not path.exists():
            return
        # Names are case-sensitive, and ":" is part of the values.
        parser = configparser.ConfigParser(delimiters=["="], interpolation=None, strict=False)
        parser.optionxform = str
        parser.read_string(path.read_text())
        for group in ["console_scripts", "gui_scripts"]:
            for command, reference in parser.items(group) if parser.has_section(group) else []:
                self.write(self.prefix / "bin" / command, self.script(command, reference), True)

    def script(self, command, reference):
        match = re.fullmatch(r"\s*([\w.]+)\s*:\s*([\w.]+)\s*(\[.*\])?\s*", reference)
        if not match or "/" in command:
            fail(f"cannot make the script {command!r} from {reference!r}")
        module, call, _ = match.groups()
        return SCRIPT.format(
            interpreter=self.interpreter, module=module, name=call.split(".")[0], call=call
        ).encode()

    def write_record(self):
        record = self.site_packages / self.metadata / "RECORD"
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        for path in sorted(self.installed):
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.writerow([os.path.relpath(path, self.site_packages), f"sha256={digest}", len(content)])
        rows.writerow([os.path.relpath(record, self.site_packages), "", ""])
        record.write_text(text.getvalue())

    def compile_modules(self):
        """Never to be checked again: a store path's sources do not change.

        What does not compile (templates, code for another Python) stays as it is.
        """
        if self.site_packages.exists():
            compileall.compile_dir(
                self.site_packages,
                quiet=2,
                maxlevels=64,
                stripdir=None,
                invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )


if __name__ == "__main__":
    WheelInstaller(*sys.argv[1:]).install()
