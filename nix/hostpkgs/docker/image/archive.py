"""Writes a docker-archive to stdout from a plan."""

import datetime
import hashlib
import json
import os
import shutil
import sys
import tarfile

from layer import Owner, write_store_layer

COPY_SIZE = 1 << 20


class Archive:
    """The outer tar; its members are written as they come."""

    def __init__(self, target, owner):
        self.target = target
        self.owner = owner
        self.folders = set()

    def _header(self, name, size, kind=tarfile.REGTYPE):
        info = self.owner.entry(name, 0o644 if kind == tarfile.REGTYPE else 0o755, kind)
        info.size = size
        self.target.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8"))

    def member(self, name, size, write):
        folder = os.path.dirname(name)
        if folder and folder not in self.folders:
            self.folders.add(folder)
            self._header(folder, 0, tarfile.DIRTYPE)
        self._header(name, size)
        write(self.target)
        self.target.write(b"\0" * (-size % tarfile.BLOCKSIZE))

    def text(self, name, value):
        data = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        self.member(name, len(data), lambda target: target.write(data))

    def end(self):
        self.target.write(b"\0" * (2 * tarfile.BLOCKSIZE))


class BaseImage:
    """An archive that the new image stands on: its layers and settings."""

    def __init__(self, path):
        self.tar = tarfile.open(path)
        manifest = json.load(self.tar.extractfile("manifest.json"))[0]
        self.config = json.load(self.tar.extractfile(manifest["Config"]))
        self.layers = manifest["Layers"]

    def add_to(self, archive):
        names = []
        for path, diff_id in zip(self.layers, self.config["rootfs"]["diff_ids"]):
            member = self.tar.getmember(path)
            name = f"{diff_id.split(':')[-1]}/layer.tar"
            # Some archives keep a layer once and link to it.
            content = self.tar.extractfile(member)
            content.seek(0, os.SEEK_END)
            size = content.tell()
            content.seek(0)
            if name not in names:
                archive.member(name, size, lambda target: shutil.copyfileobj(content, target, COPY_SIZE))
            names.append(name)
        return names


def main(plan_path, repo_tag):
    with open(plan_path) as file:
        plan = json.load(file)
    if sys.stdout.isatty():
        sys.exit("hostpkgs: this is a binary stream; pipe it into docker load or a file")
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb", COPY_SIZE) as target:
        try:
            write(plan, repo_tag, target)
            target.flush()
        except BrokenPipeError:
            # The reader has said why it stopped. Nothing must be flushed again.
            os._exit(1)


def write(plan, repo_tag, target):
    owner = Owner(plan)
    archive = Archive(target, owner)
    names, diff_ids, base = [], [], None
    if plan["fromImage"]:
        base = BaseImage(plan["fromImage"])
        names = base.add_to(archive)
        diff_ids = list(base.config["rootfs"]["diff_ids"])
    for layer in plan["layers"]:
        name = f"{layer['sha256']}/layer.tar"
        archive.member(name, layer["size"], lambda t, paths=layer["paths"]: write_checked(t, paths, owner, layer))
        names.append(name)
        diff_ids.append(f"sha256:{layer['sha256']}")

    with open(os.path.join(plan["rootLayer"], "layer.json")) as file:
        root = json.load(file)
    with open(os.path.join(plan["rootLayer"], "layer.tar"), "rb") as content:
        name = f"{root['sha256']}/layer.tar"
        archive.member(name, root["size"], lambda t: shutil.copyfileobj(content, t, COPY_SIZE))
        names.append(name)
        diff_ids.append(f"sha256:{root['sha256']}")

    created = plan["created"]
    if created == "now":
        created = datetime.datetime.now(datetime.timezone.utc).isoformat()
    with open(plan["config"]) as file:
        config = json.load(file)
    image = {
        "created": created,
        "architecture": plan["architecture"],
        "os": "linux",
        "config": merge_config(base, config),
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [
            {"created": created, "comment": comment}
            for comment in (["base image"] * (len(base.layers) if base else 0))
            + [f"store paths: {layer['paths']}" for layer in plan["layers"]]
            + ["image root"]
        ],
    }
    text = json.dumps(image, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(text).hexdigest()
    archive.member(f"{digest}.json", len(text), lambda t: t.write(text))
    archive.text("manifest.json", [{"Config": f"{digest}.json", "RepoTags": [repo_tag], "Layers": names}])
    archive.end()


def write_checked(target, paths, owner, layer):
    """The layer, which must be what was digested: a changed store path is an error."""
    checked = CheckedTarget(target)
    write_store_layer(checked, paths, owner)
    if checked.sha256.hexdigest() != layer["sha256"]:
        sys.exit(f"hostpkgs: the content of {', '.join(paths)} is not what it was when the image was planned")


class CheckedTarget:
    def __init__(self, target):
        self.target = target
        self.sha256 = hashlib.sha256()

    def write(self, data):
        self.sha256.update(data)
        return self.target.write(data)


def merge_config(base, config):
    """The base image's environment stays where the new one says nothing else."""
    if base is None:
        return config
    old = base.config.get("config") or {}
    environment = dict(e.partition("=")[::2] for e in old.get("Env") or [])
    environment.update(e.partition("=")[::2] for e in config.get("Env") or [])
    merged = {**old, **config}
    if environment:
        merged["Env"] = [f"{key}={value}" for key, value in environment.items()]
    return merged
