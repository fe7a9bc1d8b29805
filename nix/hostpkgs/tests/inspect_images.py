"""Checks docker-archives: what a container engine would see, layer by layer."""

import hashlib
import json
import sys
import tarfile


class Image:
    def __init__(self, path):
        self.tar = tarfile.open(path)
        (self.manifest,) = json.load(self.tar.extractfile("manifest.json"))
        text = self.tar.extractfile(self.manifest["Config"]).read()
        expect(self.manifest["Config"], hashlib.sha256(text).hexdigest() + ".json")
        self.settings = json.loads(text)
        self.layers = [self.read_layer(name) for name in self.manifest["Layers"]]
        digests = self.settings["rootfs"]["diff_ids"]
        expect(digests, [layer["digest"] for layer in self.layers])
        for member in self.tar:
            expect(int(member.mtime), 1)

    def read_layer(self, name):
        content = self.tar.extractfile(name)
        digest = hashlib.file_digest(content, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else None
        if digest is None:
            content.seek(0)
            digest = hashlib.sha256(content.read()).hexdigest()
        content.seek(0)
        with tarfile.open(fileobj=content) as layer:
            members = layer.getmembers()
        for member in members:
            expect((member.uid, member.gid, int(member.mtime)), (0, 0, 1))
            expect(member.islnk(), False)
        return {"digest": f"sha256:{digest}", "members": members, "names": [m.name for m in members]}

    @property
    def root(self):
        return {member.name: member for member in self.layers[-1]["members"]}

    def has_path(self, path):
        return any(path.lstrip("/") in layer["names"] for layer in self.layers)


def expect(found, expected):
    if found != expected:
        sys.exit(f"expected {expected!r}, found {found!r}")


def check_layered(path, program, coreutils, glibc, mentioned):
    image = Image(path)
    # Lower case, and the rest of the name as it was.
    expect(image.manifest["RepoTags"], ["registry.example.com/team/program:1.0"])
    expect(len(image.layers), 4)
    expect(image.settings["config"]["Entrypoint"], ["program"])
    expect(image.settings["config"]["ExposedPorts"], {"8080/tcp": {}})
    expect(image.settings["os"], "linux")
    expect(image.settings["created"], "1970-01-01T00:00:01Z")
    # The closure of the contents, and what only the settings name.
    for needed in (program, coreutils, mentioned):
        expect(image.has_path(needed), True)
    names = [name for layer in image.layers[:-1] for name in layer["names"] if name.count("/") == 2]
    expect(len(names), len(set(names)))
    expect(all(layer["names"] == sorted(layer["names"], key=order) for layer in image.layers), True)
    # What most others need is by itself, and below them.
    expect(glibc.lstrip("/") in image.layers[0]["names"], True)
    expect(program.lstrip("/") in image.layers[0]["names"], False)
    root = image.root
    expect(root["bin/program"].linkname, f"{program}/bin/program")
    expect(root["etc/motd"].issym(), True)
    expect(root["tmp"].mode, 0o1777)
    expect(root["srv/data"].isdir(), True)
    expect(root["bin"].mode, 0o755)


def order(name):
    """A folder before what is in it, and otherwise by name."""
    return name.split("/")


def check_on_top(path, base_path):
    image, base = Image(path), Image(base_path)
    expect([l["digest"] for l in image.layers[: len(base.layers)]], [l["digest"] for l in base.layers])
    environment = dict(e.split("=", 1) for e in image.settings["config"]["Env"])
    expect(environment, {"KEPT": "1", "CHANGED": "new"})
    expect(image.settings["config"]["Cmd"], ["/bin/bash"])
    expect("bin/sed" in image.root, True)


if __name__ == "__main__":
    {"layered": check_layered, "on-top": check_on_top}[sys.argv[1]](*sys.argv[2:])
