"""Make a copy of Debian's Python feel at home in its store path.

Usage: adapt_interpreter.py PREFIX X.Y

The copier has brought the files and relocated the ELF ones. What is left knows
`/usr` as text: where packages are looked for, and what extension modules are
compiled with. Each change must find what it changes, so that another
release of Debian's Python is noticed and not half adapted.
"""

import compileall
import os
import pathlib
import pprint
import re
import shutil
import sys


def fail(message):
    sys.exit(f"hostpkgs: cannot adapt the copied Python: {message}")


def replace_in(path, changes):
    """changes: (what, pattern, replacement); every pattern must occur."""
    text = path.read_text()
    for what, pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text)
        if count == 0:
            fail(f"{path.name} has changed, {what} is not where it was")
    path.write_text(text)


class Interpreter:
    def __init__(self, prefix, version):
        self.prefix = pathlib.Path(prefix)
        self.version = version
        self.name = f"python{version}"
        self.library = self.prefix / "lib" / self.name
        self.include = self.prefix / "include" / self.name

    def adapt(self):
        self.check_version()
        self.link_names()
        self.take_platform_headers()
        self.look_for_packages_here()
        self.describe_this_prefix()
        self.compile_library()

    def check_version(self):
        """What the set says about the version is in markers and file names."""
        here = sys.version.split()[0]
        if not here.startswith(self.version + "."):
            fail(f"it is Python {here}, not {self.version}")

    def link_names(self):
        binaries = self.prefix / "bin"
        for name in ["python3", "python"]:
            (binaries / name).symlink_to(self.name)
        shared = sorted((self.prefix / "lib").glob(f"lib{self.name}.so.1.0"))
        if not shared:
            fail(f"lib{self.name}.so.1.0 was not copied")
        for name in [f"lib{self.name}.so.1", f"lib{self.name}.so"]:
            (self.prefix / "lib" / name).symlink_to(shared[0].name)
        (self.library / "site-packages").mkdir()

    def take_platform_headers(self):
        """Debian's pyconfig.h only points at the one for each architecture."""
        own = self.prefix / "platform-include" / "pyconfig.h"
        if own.exists():
            shutil.copyfile(own, self.include / "pyconfig.h")
            shutil.rmtree(own.parent)

    def look_for_packages_here(self):
        """Like a virtual environment: nothing of somebody's home folder counts.

        `site` is frozen into the interpreter, so changing its file would not do.
        """
        (self.prefix / "pyvenv.cfg").write_text(
            f"home = {self.prefix}/bin\n"
            "include-system-site-packages = false\n"
            f"version = {sys.version.split()[0]}\n"
        )
        shutil.copyfile(pathlib.Path(__file__).parent / "sitecustomize.py", self.library / "sitecustomize.py")
        sysconfig = self.library / "sysconfig.py"
        if "posix_local" in sysconfig.read_text():
            replace_in(
                sysconfig,
                [("the install scheme", r"prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'")],
            )

    def relocated(self, text):
        """One configuration value with the host's folders replaced by this prefix's."""
        prefix = str(self.prefix)
        text = re.sub(r"(?<![\w./-])/usr/(lib|include)/[a-z0-9_]+-linux-gnu(?![\w.-])", rf"{prefix}/\1", text)
        text = re.sub(
            rf"(?<![\w./-])/usr(?=/(?:include/python|lib/{re.escape(self.name)})|/(?:lib|include|bin|share)?(?:\s|$)|\s|$)",
            prefix,
            text,
        )
        # The compiler that runs a build is the one on its PATH.
        return re.sub(
            r"\b[a-z0-9_]+-linux-gnu-(?:gcc-(?=ar\b))?(gcc|g\+\+|ar|readelf)(?![\w+-])", r"\1", text
        )

    def describe_this_prefix(self):
        files = sorted(self.library.glob("_sysconfigdata_*.py"))
        if not files:
            fail("it has no _sysconfigdata module")
        for path in files:
            values = {}
            exec(path.read_text(), values)
            variables = {
                name: self.relocated(value) if isinstance(value, str) else value
                for name, value in values["build_time_vars"].items()
            }
            # Debian's interpreter has its library built in; embedders link the shared one.
            variables["Py_ENABLE_SHARED"] = 1
            variables["LDLIBRARY"] = f"lib{self.name}.so"
            variables["LIBDIR"] = str(self.prefix / "lib")
            path.write_text(f"build_time_vars = {pprint.pformat(variables)}\n")
        for makefile in self.library.glob("config-*/Makefile"):
            makefile.write_text(self.relocated(makefile.read_text()))
        for description in (self.prefix / "lib" / "pkgconfig").glob("*.pc"):
            description.write_text(self.relocated(description.read_text()))

    def compile_library(self):
        """Marked as never to be checked, so that nothing tries to write them again."""
        done = compileall.compile_dir(
            self.library,
            quiet=1,
            workers=0,
            invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
            rx=re.compile(r"/lib2to3/tests/|/bad_coding|/badsyntax_"),
        )
        if not done:
            fail("a module of the standard library does not compile")


if __name__ == "__main__":
    os.environ["PYTHONHASHSEED"] = "0"
    Interpreter(*sys.argv[1:]).adapt()
