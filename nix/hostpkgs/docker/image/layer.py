"""Layer tars whose bytes depend on nothing but names, contents and settings.

Everything is written in sorted order with one owner and one date. Nothing is
kept in memory or in temporary files: a layer is written straight to its
target, which may be one that only counts and digests.
"""

import hashlib
import os
import stat
import tarfile


class DigestTarget:
    """Takes bytes like a file; keeps their number and SHA-256."""

    def __init__(self):
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data):
        self.sha256.update(data)
        self.size += len(data)
        return len(data)


class Owner:
    """Who everything in a layer belongs to, and since when."""

    def __init__(self, settings):
        self.uid, self.gid = settings["uid"], settings["gid"]
        self.uname, self.gname = settings["uname"], settings["gname"]
        self.mtime = settings["mtime"]

    def entry(self, name, mode, kind):
        info = tarfile.TarInfo(name)
        info.mode, info.type, info.mtime = mode, kind, self.mtime
        info.uid, info.gid, info.uname, info.gname = self.uid, self.gid, self.uname, self.gname
        return info


def write_store_layer(target, paths, owner):
    """Whole store paths, with the folders that lead to them."""
    store = os.path.dirname(paths[0])
    with _open(target) as tar:
        parts = store.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            tar.addfile(owner.entry("/".join(parts[:depth]), 0o755, tarfile.DIRTYPE))
        for path in sorted(paths):
            _add(tar, path, path.lstrip("/"), owner)


def write_folder_layer(target, folder, owner):
    """A folder's content, as the root of the image."""
    with _open(target) as tar:
        for name in sorted(os.listdir(folder)):
            _add(tar, os.path.join(folder, name), name, owner)


def _open(target):
    return tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8")


def _add(tar, path, name, owner):
    status = os.lstat(path)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        info = owner.entry(name, 0o777, tarfile.SYMTYPE)
        info.linkname = os.readlink(path)
        tar.addfile(info)
    elif stat.S_ISDIR(status.st_mode):
        tar.addfile(owner.entry(name, mode, tarfile.DIRTYPE))
        for child in sorted(os.listdir(path)):
            _add(tar, os.path.join(path, child), f"{name}/{child}", owner)
    elif stat.S_ISREG(status.st_mode):
        # Never as a hard link: which files share an inode is this machine's matter.
        info = owner.entry(name, mode, tarfile.REGTYPE)
        info.size = status.st_size
        with open(path, "rb") as content:
            tar.addfile(info, content)
    else:
        raise SystemExit(f"hostpkgs: {path} is neither file, folder nor link")
