"""Lay a module out as a GOPROXY in the file system: make_proxy.py MODULE VERSION SOURCE PROXY."""

import json
import pathlib
import sys
import zipfile

module, version, source, proxy = sys.argv[1:]
folder = pathlib.Path(proxy, module, "@v")
folder.mkdir(parents=True)
(folder / "list").write_text(f"{version}\n")
(folder / f"{version}.info").write_text(json.dumps({"Version": version, "Time": "1999-02-19T00:00:00Z"}))
(folder / f"{version}.mod").write_bytes(pathlib.Path(source, "go.mod").read_bytes())
with zipfile.ZipFile(folder / f"{version}.zip", "w") as archive:
    for file in sorted(pathlib.Path(source).rglob("*")):
        if file.is_file():
            entry = zipfile.ZipInfo(f"{module}@{version}/{file.relative_to(source)}")
            archive.writestr(entry, file.read_bytes())
