"""Run in a root folder that has nothing but the store."""

import importlib
import os
import pathlib
import subprocess
import sys
import sysconfig

assert sorted(os.listdir("/")) == ["nix", "tmp"], os.listdir("/")

library = pathlib.Path(sysconfig.get_path("stdlib"))
assert str(library).startswith("/nix/store/"), library
for path in sorted((library / "lib-dynload").glob("*.so")):
    importlib.import_module(path.name.split(".")[0])

import ctypes
import sqlite3
import ssl
import zlib

assert sqlite3.connect(":memory:").execute("select 1 + 1").fetchone() == (2,)
assert zlib.decompress(zlib.compress(b"TPS")) == b"TPS"
assert ctypes.CDLL(None).getpid() == os.getpid()
ssl.create_default_context()

import _cffi_backend
import flask
import markupsafe._speedups
import yaml._yaml

assert yaml.load("[1, 2]", Loader=yaml.CSafeLoader) == [1, 2]

# A process of its own finds the environment again, and nothing was written.
child = subprocess.run(
    [sys.executable, "-c", "import flask, sys; print(sys.prefix)"], capture_output=True, text=True
)
assert child.returncode == 0, child.stderr
assert child.stdout.strip() == sys.prefix, child.stdout
