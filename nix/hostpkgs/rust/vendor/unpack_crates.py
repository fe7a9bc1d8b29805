"""Makes a folder that takes the place of the registries a Cargo.lock names.

Usage: unpack_crates.py CARGO_LOCK ARCHIVES OUT

ARCHIVES is a file: the path of a folder with `tarballs/NAME-VERSION.tar.gz`, or
JSON, {"NAME-VERSION": path}. OUT gets a folder for each crate with the checksum
that Cargo compares with the lock's, the lock, and `.cargo/config.toml`, where
`@vendor@` stands for the folder's own path.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


def locate(archives):
    """From a crate's name and version to the path of its archive."""
    with open(archives) as file:
        text = file.read().strip()
    if text.startswith("{"):
        return json.loads(text).__getitem__
    return lambda crate: os.path.join(text, "tarballs", f"{crate}.tar.gz")


def unpack(archive, crate, checksum, out):
    folder = os.path.join(out, crate)
    # An archive has one folder of this name, as Cargo itself makes sure.
    subprocess.run(
        ["tar", "-xzf", archive, "-C", out, "--no-same-owner", "--no-same-permissions", crate], check=True
    )
    with open(os.path.join(folder, ".cargo-checksum.json"), "w") as file:
        json.dump({"files": {}, "package": checksum}, file)


def configuration(registries):
    lines = ['[source.vendored-sources]', 'directory = "@vendor@"']
    for registry in sorted(registries):
        if registry == CRATES_IO:
            lines += ["", "[source.crates-io]"]
        else:
            address = registry.removeprefix("registry+")
            lines += ["", f'[source."{address}"]', f'registry = "{address}"']
        lines.append('replace-with = "vendored-sources"')
    return "\n".join(lines) + "\n"


def main(lock_path, archives, out):
    with open(lock_path, "rb") as file:
        packages = tomllib.load(file).get("package", [])
    crates = [package for package in packages if "source" in package]
    path_of = locate(archives)
    os.makedirs(os.path.join(out, ".cargo"))
    for crate in crates:
        title = f"{crate['name']}-{crate['version']}"
        if os.path.exists(os.path.join(out, title)):
            sys.exit(f"hostpkgs: two registries have a crate {title}, and Cargo.lock asks for both")
        unpack(path_of(title), title, crate["checksum"], out)
    shutil.copyfile(lock_path, os.path.join(out, "Cargo.lock"))
    # Without a crate there is still Cargo's own registry to be kept from.
    registries = {crate["source"] for crate in crates} | {CRATES_IO}
    with open(os.path.join(out, ".cargo", "config.toml"), "w") as file:
        file.write(configuration(registries))


if __name__ == "__main__":
    main(*sys.argv[1:])
