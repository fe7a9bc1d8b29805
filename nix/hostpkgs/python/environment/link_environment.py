"""Link an interpreter and packages into one environment.

Usage: link_environment.py SPEC.json

The spec: out, python (the interpreter's prefix), pythonName ("python3.11"),
version and packages (prefixes). The result is what a virtual environment is to
Python (`pyvenv.cfg`), so programs that know those, uWSGI among them, know it too.
The launcher, `bin/python3.11`, is there already.
"""

import filecmp
import json
import os
import pathlib
import sys


class Environment:
    def __init__(self, spec):
        self.out = pathlib.Path(spec["out"])
        self.python = pathlib.Path(spec["python"])
        self.name = spec["pythonName"]
        self.version = spec["version"]
        self.packages = [pathlib.Path(package) for package in spec["packages"]]
        self.real_folders = {
            pathlib.PurePath(folder)
            for folder in [".", "bin", "lib", f"lib/{self.name}", f"lib/{self.name}/site-packages"]
        }

    def link(self):
        for name in ["python", "python3"]:
            (self.out / "bin" / name).symlink_to(self.name)
        (self.out / "pyvenv.cfg").write_text(
            f"home = {self.python}/bin\ninclude-system-site-packages = false\nversion = {self.version}\n"
        )
        self.merge(pathlib.PurePath("."), [self.python, *self.packages])

    def merge(self, relative, prefixes):
        """Everything that the prefixes have in one folder; the first has precedence."""
        found = {}
        for prefix in prefixes:
            for entry in sorted(os.scandir(prefix / relative), key=lambda entry: entry.name):
                if not self.is_left_out(prefix, relative, entry.name):
                    found.setdefault(entry.name, []).append(prefix)
        (self.out / relative).mkdir(exist_ok=True)
        for name, owners in found.items():
            path = relative / name
            if not all((prefix / path).is_dir() for prefix in owners):
                self.place_file(path, owners)
            elif len(owners) == 1 and path not in self.real_folders:
                (self.out / path).symlink_to(owners[0] / path)
            else:
                self.merge(path, owners)

    def is_left_out(self, prefix, relative, name):
        if relative == pathlib.PurePath("."):
            return name in {"nix-support", "pyvenv.cfg"}
        # The interpreter's programs would not know of the environment.
        return prefix == self.python and relative == pathlib.PurePath("bin")

    def place_file(self, path, owners):
        sources = [prefix / path for prefix in owners]
        target = self.out / path
        if target.is_symlink() or target.exists():
            return
        for other in sources[1:]:
            if not (other.is_file() and sources[0].is_file() and filecmp.cmp(sources[0], other, False)):
                print(f"hostpkgs: {other} is hidden by {sources[0]}", file=sys.stderr)
        if path.parts[0] == "bin" and self.copy_script(sources[0], target):
            return
        target.symlink_to(sources[0])

    def copy_script(self, source, target):
        """A script for the interpreter alone becomes one for the environment."""
        own = f"#!{self.python}/bin/".encode()
        if not source.is_file():
            return False
        content = source.read_bytes()
        if not content.startswith(own):
            return False
        target.write_bytes(f"#!{self.out}/bin/".encode() + content[len(own) :])
        target.chmod(0o755)
        return True


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        Environment(json.load(file)).link()
