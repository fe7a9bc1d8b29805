"""Keeps Python from writing its caches into the Nix store.

The store of a single-user Nix is writable for its owner, and a program run by
them would leave `__pycache__` beside the modules that it imports from there:
the store path would no longer be what Nix knows. Elsewhere, nothing changes.
"""

import os
import sys

_STORE = "/nix/store/"


def _leave_store_alone():
    loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
    write = loader.set_data

    def set_data(self, path, data, *, _mode=0o666):
        if not path.startswith(_STORE):
            write(self, path, data, _mode=_mode)

    loader.set_data = set_data


def _run_next_sitecustomize():
    """The one of an environment, which this one hides."""
    here = os.path.dirname(os.path.abspath(__file__))
    later = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    spec = sys.modules["_frozen_importlib_external"].PathFinder.find_spec("sitecustomize", later)
    if spec is not None and spec.loader is not None:
        module = sys.modules["_frozen_importlib"].module_from_spec(spec)
        spec.loader.exec_module(module)


_leave_store_alone()
_run_next_sitecustomize()
