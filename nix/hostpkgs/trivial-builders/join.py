"""Joins packages' folders into one of links: join.py SPEC.json OUT.

The spec is {"paths": […], "foldersToLink": ["/bin"] or ["/"], "collisions":
"error" or "first", "linkFolders": true or false}. Where `linkFolders` is set,
a folder that only one package has becomes one link.
"""

import filecmp
import json
import os
import sys


class Join:
    def __init__(self, spec, out):
        self.out = out
        self.paths = spec["paths"]
        self.wanted = [f.strip("/") for f in spec["foldersToLink"]]
        self.link_folders = spec["linkFolders"]
        self.first_wins = spec["collisions"] == "first"

    def run(self):
        os.makedirs(self.out, exist_ok=True)
        for path in self.paths:
            if not os.path.isdir(path):
                sys.exit(f"hostpkgs: {path} is no folder and cannot be joined with others")
        self.join("", self.paths)

    def is_wanted(self, relative):
        """Whether the folder is wanted, or leads to one that is."""
        return any(
            not wanted
            or relative == wanted
            or relative.startswith(wanted + "/")
            or wanted.startswith(relative + "/")
            for wanted in self.wanted
        )

    def is_inside(self, relative):
        return any(not w or relative == w or relative.startswith(w + "/") for w in self.wanted)

    def join(self, relative, sources):
        """Makes one folder of `out` from the same folder of several packages."""
        entries = {}
        for source in sources:
            for name in sorted(os.listdir(source)):
                entries.setdefault(name, []).append(os.path.join(source, name))
        for name, candidates in sorted(entries.items()):
            path = f"{relative}/{name}".lstrip("/")
            # Each package's own propagation list is not the join's.
            if path == "propagated-build-inputs" or not self.is_wanted(path):
                continue
            self.place(path, candidates)

    def place(self, relative, candidates):
        target = os.path.join(self.out, relative)
        folders = [c for c in candidates if os.path.isdir(c)]
        if len(folders) == len(candidates) and (len(folders) > 1 or not self.links_whole(relative, folders[0])):
            os.makedirs(target, exist_ok=True)
            self.join(relative, folders)
            return
        if len(candidates) > 1 and not self.first_wins and not _same(candidates):
            sys.exit(
                "hostpkgs: these files have the same place in the join: "
                + ", ".join(candidates)
                + " (ignoreCollisions = true takes the first)"
            )
        if self.is_inside(relative):
            os.symlink(candidates[0], target)

    def links_whole(self, relative, folder):
        return (self.link_folders and self.is_inside(relative)) or (
            # A link to a folder stays one, unless it has to be descended into.
            os.path.islink(folder)
            and self.is_inside(relative)
        )


def _same(candidates):
    first = candidates[0]
    return all(
        os.path.realpath(first) == os.path.realpath(other)
        or (os.path.isfile(first) and os.path.isfile(other) and filecmp.cmp(first, other, shallow=False))
        for other in candidates[1:]
    )


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        Join(json.load(file), sys.argv[2]).run()
