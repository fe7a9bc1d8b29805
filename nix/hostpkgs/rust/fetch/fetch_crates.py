"""Downloads crates by Cargo's own means, for fixed-output derivations.

fetch_crates.py crate          one crate, into the file $out
fetch_crates.py lock FOLDER    all crates of FOLDER/Cargo.lock, into the folder $out

Cargo runs with a home of its own, which has the person's configuration: mirrors,
certificates, proxies and credentials are theirs. An archive that their own
Cargo has downloaded before is taken from there, so a machine without a registry
can work from it. No code of a crate runs.

Input is the derivation's environment:
  cargo                    the folder of cargo and rustc
  crateName, crateVersion  which crate
  registry                 where it is from, as Cargo.lock says it
  outputHash               what Nix wants; known for a single crate only
"""

import glob
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import tomllib

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
CONFIGURATION = ["config", "config.toml", "credentials", "credentials.toml"]
EXIT_FAILED = 1


class FetchError(Exception):
    """The message says it all."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def forget_empty_variables():
    """Nix passes each `impureEnvVars` name, as an empty string where it is unset."""
    for name in [name for name, value in os.environ.items() if value == ""]:
        del os.environ[name]


def users_cargo_home():
    """Where the person who builds keeps Cargo's things; it may not exist."""
    if "CARGO_HOME" in os.environ:
        return os.environ["CARGO_HOME"]
    home = os.environ.get("HOME", "")
    if not os.path.isdir(home):
        # A daemon's builds have no home folder but their user's.
        home = pwd.getpwuid(os.getuid()).pw_dir
    return os.path.join(home, ".cargo")


def make_cargo_home(users):
    """An empty home for Cargo with the person's configuration in it."""
    home = tempfile.mkdtemp(prefix="cargo-home-", dir=os.environ.get("NIX_BUILD_TOP"))
    for name in CONFIGURATION:
        source = os.path.join(users, name)
        if os.path.isfile(source):
            os.symlink(source, os.path.join(home, name))
    return home


def run_cargo(home, arguments, folder):
    """Cargo's exit code and what it said on standard error."""
    environment = dict(os.environ)
    environment["CARGO_HOME"] = home
    # Cargo asks the compiler which target this is. The person's configuration may
    # name programs for credentials, or git, which are the host's.
    environment["PATH"] = ":".join([os.environ["cargo"], "/usr/local/bin", "/usr/bin", "/bin"])
    environment["CARGO_TERM_COLOR"] = "never"
    # Nix's own name for it; OpenSSL knows the other.
    if "NIX_SSL_CERT_FILE" in environment:
        environment.setdefault("SSL_CERT_FILE", environment["NIX_SSL_CERT_FILE"])
    done = subprocess.run(
        [os.path.join(os.environ["cargo"], "cargo"), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stderr


def archives(home, name, version):
    return glob.glob(os.path.join(glob.escape(home), "registry", "cache", "*", f"{name}-{version}.crate"))


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def already_downloaded(users, crate):
    """The archive in the person's own Cargo home, if it is the one."""
    for path in archives(users, crate["name"], crate["version"]):
        try:
            if sha256(path) == crate["checksum"]:
                return path
        except OSError:
            # Another user's file; then it is downloaded.
            continue
    return None


def registry_arguments(registry):
    if registry == CRATES_IO:
        return ["--registry", "crates-io"]
    return ["--index", registry.removeprefix("registry+")]


def download_by_info(home, crate, folder):
    """`cargo info` downloads exactly this one crate, but knows no yanked ones."""
    wanted = f"{crate['name']}@{crate['version']}"
    return run_cargo(home, ["info", *registry_arguments(crate["source"]), wanted], folder)


def download_by_fetch(home, crate, folder, target):
    """A package that depends on the crate, with a lock: Cargo keeps to that even if it is yanked.

    The crate's own dependencies come along, which costs time and is else of no
    consequence.
    """
    source = crate["source"]
    where = "" if source == CRATES_IO else f', registry-index = "{source.removeprefix("registry+")}"'
    os.makedirs(os.path.join(folder, "src"))
    with open(os.path.join(folder, "src", "lib.rs"), "w"):
        pass
    with open(os.path.join(folder, "Cargo.toml"), "w") as file:
        file.write(
            '[package]\nname = "fetched-by-nix"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n'
            f'it = {{ package = "{crate["name"]}", version = "={crate["version"]}", default-features = false{where} }}\n'
        )
    with open(os.path.join(folder, "Cargo.lock"), "w") as file:
        file.write(
            'version = 3\n[[package]]\nname = "fetched-by-nix"\nversion = "0.0.0"\n'
            f'dependencies = ["{crate["name"]}"]\n'
            f'[[package]]\nname = "{crate["name"]}"\nversion = "{crate["version"]}"\nsource = "{source}"\n'
        )
        if crate["checksum"]:
            file.write(f'checksum = "{crate["checksum"]}"\n')
    return run_cargo(home, ["fetch", "--target", target], folder)


def host_target():
    rustc = os.path.join(os.environ["cargo"], "rustc")
    said = subprocess.run([rustc, "-vV"], capture_output=True, text=True, check=True).stdout
    return next(line.split()[1] for line in said.splitlines() if line.startswith("host:"))


def fetch_crate(crate, target):
    users = users_cargo_home()
    found = already_downloaded(users, crate)
    if found:
        shutil.copyfile(found, target)
        return
    home = make_cargo_home(users)
    complaints = []
    for download in (download_by_info, lambda *them: download_by_fetch(*them, host_target())):
        with tempfile.TemporaryDirectory(dir=os.environ.get("NIX_BUILD_TOP")) as folder:
            _, complaint = download(home, crate, folder)
        # Cargo may fail for another reason once it has the archive.
        found = archives(home, crate["name"], crate["version"])
        if found:
            shutil.copyfile(found[0], target)
            return
        complaints.append(complaint.strip())
    say("\n".join(complaints))
    raise FetchError(
        f"could not download the crate {crate['name']} {crate['version']}; above is what Cargo says. "
        "(A registry that the configuration replaces by a folder has no archives to take.)"
    )


def read_lock(path):
    with open(path, "rb") as file:
        packages = tomllib.load(file).get("package", [])
    crates = [package for package in packages if "source" in package]
    for crate in crates:
        if not crate["source"].startswith(("registry+", "sparse+")):
            raise FetchError(
                f"the crate {crate['name']} {crate['version']} is from {crate['source']}: hostpkgs fetches crates "
                "of registries only"
            )
        if "checksum" not in crate:
            raise FetchError(
                f"{path} gives no checksum for {crate['name']} {crate['version']}: its format is too old. "
                "Run `cargo generate-lockfile` or `cargo update --workspace` with a newer Cargo"
            )
    return crates


def fetch_lock(folder, target):
    lock = os.path.join(folder, "Cargo.lock")
    if not os.path.exists(lock):
        raise FetchError(f"there is no Cargo.lock in {folder}, the source's folder (`cargoRoot` names another)")
    crates = read_lock(lock)
    tarballs = os.path.join(target, "tarballs")
    os.makedirs(tarballs)
    shutil.copyfile(lock, os.path.join(target, "Cargo.lock"))
    users = users_cargo_home()
    found = {index: already_downloaded(users, crate) for index, crate in enumerate(crates)}
    if not all(found.values()):
        home = make_cargo_home(users)
        status, complaint = run_cargo(home, ["fetch", "--locked"], folder)
        say(complaint.strip())
        if status != 0:
            raise FetchError("could not download the crates of Cargo.lock; above is what Cargo says")
        for index, crate in enumerate(crates):
            found[index] = found[index] or next(iter(archives(home, crate["name"], crate["version"])), None)
    for index, crate in enumerate(crates):
        name = f"{crate['name']}-{crate['version']}"
        if found[index] is None:
            raise FetchError(f"Cargo did not download {name}: does anything in the workspace need it?")
        shutil.copyfile(found[index], os.path.join(tarballs, f"{name}.tar.gz"))


def expected_checksum():
    """In hexadecimal, or empty: Nix compares anyway, this only finds local files."""
    checksum = os.environ.get("outputHash", "")
    return checksum if len(checksum) == 64 else ""


def main(command, *arguments):
    forget_empty_variables()
    out = os.environ["out"]
    try:
        if command == "crate":
            crate = {
                "name": os.environ["crateName"],
                "version": os.environ["crateVersion"],
                "source": os.environ["registry"],
                "checksum": expected_checksum(),
            }
            fetch_crate(crate, out)
        else:
            fetch_lock(os.path.abspath(arguments[0]), out)
    except FetchError as problem:
        say(f"error: {problem}")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main(*sys.argv[1:])
