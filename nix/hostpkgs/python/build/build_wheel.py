"""Build one wheel from a source folder, as PEP 517 says, without the network.

Usage: build_wheel.py DESTINATION

The working folder is the source. What the build needs must be importable
already (PYTHONPATH): there is no isolated environment into which something
could be installed, so a requirement that is not there fails as an import.

`HOSTPKGS_BUILD_TOOLS` may name a JSON file, {"normalized name": [folder, …]}: of
these, the ones that the source's own `build-system.requires` asks for are made
importable too. A source that declares nothing gets nothing.
"""

import importlib
import json
import os
import re
import sys
import tomllib

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
# Its successor has the same interface, and is what Poetry's own sources use.
FORMER_BACKENDS = {"poetry.masonry.api": "poetry.core.masonry.api"}
FORMER_REQUIREMENTS = {"poetry": "poetry-core"}


def say(text):
    print(f"hostpkgs: {text}", file=sys.stderr, flush=True)


def normalized_name(requirement):
    name = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement).group(1)
    name = re.sub(r"[-_.]+", "-", name).lower()
    return FORMER_REQUIREMENTS.get(name, name)


def read_build_system():
    try:
        with open("pyproject.toml", "rb") as file:
            return tomllib.load(file).get("build-system", {})
    except FileNotFoundError:
        return {}


def declared_tools():
    path = os.environ.get("HOSTPKGS_BUILD_TOOLS")
    if not path:
        return {}
    with open(path) as file:
        return json.load(file)


def provide(requirements, tools):
    """Make what the source itself declares importable, where we have it."""
    for requirement in requirements:
        folders = tools.get(normalized_name(requirement), [])
        for folder in folders:
            if folder not in sys.path:
                sys.path.insert(0, folder)
                # For the processes that a build starts in its turn.
                rest = os.environ.get("PYTHONPATH", "")
                os.environ["PYTHONPATH"] = f"{folder}:{rest}" if rest else folder
    importlib.invalidate_caches()


def load_backend(build_system):
    name = build_system.get("build-backend", LEGACY_BACKEND)
    name = FORMER_BACKENDS.get(name, name)
    module_name, _, attributes = name.partition(":")
    for folder in reversed(build_system.get("backend-path", [])):
        sys.path.insert(0, os.path.abspath(folder))
    backend = importlib.import_module(module_name)
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    return backend


def is_importable(requirement):
    from importlib import metadata

    try:
        metadata.version(normalized_name(requirement))
    except metadata.PackageNotFoundError:
        return False
    return True


def main(destination):
    build_system = read_build_system()
    tools = declared_tools()
    provide(build_system.get("requires", []), tools)
    # The interpreter put this program's own folder first; the source has no use for it.
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]
    backend = load_backend(build_system)
    if hasattr(backend, "get_requires_for_build_wheel"):
        more = backend.get_requires_for_build_wheel()
        if "requires" in build_system:
            provide(more, tools)
        for requirement in more:
            if not is_importable(requirement):
                say(f"the build asks for {requirement!r}, which is not there; going on without")
    os.makedirs(destination, exist_ok=True)
    print(backend.build_wheel(destination), flush=True)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
