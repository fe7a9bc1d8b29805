"""Finds the host's Rust and says what of it to copy.

Usage: find_toolchain.py BASE.json > SPEC.json

Writes the copier's spec (../../bootstrap/relocate): the base with `files` and
`trees`. Looked at, in this order: the sysroot in the environment variable
`wanted`, rustup's default toolchain of the user who builds, the toolchain of a
rustup in its usual system-wide folders, Debian's packages.
"""

import glob
import json
import os
import pwd
import re
import subprocess
import sys
import tomllib

EXIT_MISSING = 3
# `cargo info`, by which crates are downloaded, and the edition of 2024.
OLDEST = (1, 85)
SYSTEM_WIDE = ["/usr/local/rustup", "/opt/rustup"]
NEEDED = ["rustc", "cargo"]
OPTIONAL = ["rustdoc", "clippy-driver", "cargo-clippy", "rustfmt", "cargo-fmt"]
# What only nightly compilers or other targets use.
EXCLUDED = ["librustc-*_rt.*", "wasm-component-ld"]
ADVICE = (
    "install one with rustup (`rustup default stable`), or give its sysroot "
    "(what `rustc --print sysroot` says) as config.rustToolchain"
)


def fail(message):
    sys.stderr.write(f"hostpkgs: {message}\n")
    sys.exit(EXIT_MISSING)


def rustup_default(home, target):
    """The folder of a rustup's default toolchain; None where it has none."""
    try:
        with open(os.path.join(home, "settings.toml"), "rb") as file:
            settings = tomllib.load(file)
    except FileNotFoundError:
        return None
    name = settings.get("default_toolchain")
    if not name:
        return None
    for candidate in (name, f"{name}-{target}"):
        folder = os.path.join(home, "toolchains", candidate)
        if os.path.exists(os.path.join(folder, "bin", "rustc")):
            return os.path.realpath(folder)
    return None


def candidates(target):
    # Not $HOME: Nix sets that to a folder that does not exist.
    user_home = pwd.getpwuid(os.getuid()).pw_dir
    for home in [os.path.join(user_home, ".rustup"), *SYSTEM_WIDE]:
        toolchain = rustup_default(home, target)
        if toolchain:
            yield toolchain
    if os.path.exists("/usr/bin/rustc"):
        yield "/usr"


def release(sysroot):
    """The compiler's version, as text and as numbers."""
    rustc = os.path.join(sysroot, "bin", "rustc")
    try:
        said = subprocess.run([rustc, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        fail(f"{rustc} does not run ({problem}); {ADVICE}")
    found = re.match(r"rustc (\d+)\.(\d+)\S*", said)
    if not found:
        fail(f"{rustc} says of itself {said.strip()!r}, which is no version of Rust; {ADVICE}")
    return found[0], (int(found[1]), int(found[2]))


def choose(wanted, target):
    too_old = []
    for sysroot in [wanted] if wanted else candidates(target):
        if wanted and not os.path.exists(os.path.join(sysroot, "bin", "rustc")):
            fail(f"config.rustToolchain is {sysroot}, where there is no bin/rustc; it should be a sysroot")
        text, version = release(sysroot)
        if version >= OLDEST:
            return sysroot, text
        too_old.append(f"{text} in {sysroot}")
    oldest = ".".join(map(str, OLDEST))
    if too_old:
        fail(f"this host's Rust is too old ({', '.join(too_old)}; {oldest} or newer is needed); {ADVICE}")
    user = pwd.getpwuid(os.getuid()).pw_name
    fail(f"this host has no Rust that the user {user} could use; {ADVICE}")


def main(base_path):
    with open(base_path) as file:
        spec = json.load(file)
    target = os.environ["rustcTarget"]
    sysroot, text = choose(os.environ.get("wanted", ""), target)
    with open(os.path.join(spec["glibc"], "nix-support", "dynamic-linker")) as file:
        spec["interpreter"] = file.read().strip()
    library = f"lib/rustlib/{target}"
    if not os.path.isdir(os.path.join(sysroot, library)):
        fail(f"the Rust in {sysroot} has no standard library for {target}; {ADVICE}")
    # The compiler's own libraries come along with Debian's programs, which ask
    # for them; rustup's linker does not know where they are.
    own = [] if sysroot == "/usr" else glob.glob(os.path.join(sysroot, "lib", "lib*.so*"))
    spec["files"] = [{"from": path, "to": f"lib/{os.path.basename(path)}"} for path in sorted(own)]
    spec["files"] += [
        {
            "from": os.path.join(sysroot, "bin", program),
            "to": f"bin/{program}",
            "optional": program in OPTIONAL,
            "debian": program,
        }
        for program in NEEDED + OPTIONAL
    ]
    spec["trees"] = [{"from": os.path.join(sysroot, library), "to": library, "exclude": EXCLUDED}]
    sys.stderr.write(f"hostpkgs: copying {text} from {sysroot}\n")
    json.dump(spec, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
