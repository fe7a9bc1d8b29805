"""Download one file of a Python package index, for a fixed-output derivation.

The file is named by the lock file (`flask-3.0.3-py3-none-any.whl`), and Nix
checks its hash afterwards, so all that is left to find out is where it is. That
is the machine's own business: the index, certificates, proxies and credentials
are those of `pip config`, and pip's own code makes the requests. No code of the
downloaded package runs, source distributions included.

Input is the derivation's environment:
  packageName  the project's name on the index
  fileName     the exact name of the file
  sha256       what the lock says; checked here too, so that the message is good
  indexUrl     an index other than pip's (a lock's `legacy` source), or empty
  fileUrl      the file's own address (a lock's `url` source), or empty
  out          where to put it
"""

import glob
import hashlib
import html.parser
import json
import os
import posixpath
import re
import sys
import time
import urllib.parse

ATTEMPTS = 4
WHEELS_OF_DEBIAN = "/usr/share/python-wheels/pip-*.whl"
ACCEPTED_INDEX_PAGES = ", ".join(
    [
        "application/vnd.pypi.simple.v1+json",
        "application/vnd.pypi.simple.v1+html; q=0.2",
        "text/html; q=0.1",
    ]
)


class NotThere(Exception):
    """The answer is final: trying again would not change it."""


class WrongContent(Exception):
    """What came does not have the lock's hash; once, that can be a broken transfer."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def forget_empty_variables():
    """Nix passes each `impureEnvVars` name, as an empty string where it is unset."""
    for name in [name for name, value in os.environ.items() if value == ""]:
        del os.environ[name]


def import_pip():
    """pip as a package of the host's, or as the wheel that `venv` carries there."""
    try:
        import pip
    except ModuleNotFoundError:
        wheels = sorted(glob.glob(WHEELS_OF_DEBIAN))
        if not wheels:
            raise NotThere(
                f"{sys.executable} has no pip, and there is no {WHEELS_OF_DEBIAN}; "
                "on Debian: apt-get install python3-pip"
            ) from None
        sys.path.insert(0, wheels[-1])
        import pip
    return pip


def pip_options_and_session():
    """What `pip download` would use here: the parsed configuration and a session."""
    import_pip()
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args([])
    return options, command._build_session(options)


class LinkParser(html.parser.HTMLParser):
    """The `<a href>` of a simple index page (PEP 503)."""

    def __init__(self):
        super().__init__()
        self.links = []
        self.base = None

    def handle_starttag(self, tag, attributes):
        address = dict(attributes).get("href")
        if tag == "a" and address:
            self.links.append(address)
        elif tag == "base" and address and self.base is None:
            self.base = address


def links_of_page(response):
    """All file addresses of an index page, JSON (PEP 691) or HTML (PEP 503)."""
    content_type = response.headers.get("Content-Type", "").lower()
    if "json" in content_type:
        return [
            urllib.parse.urljoin(response.url, entry["url"])
            for entry in json.loads(response.content)["files"]
        ]
    parser = LinkParser()
    parser.feed(response.text)
    base = urllib.parse.urljoin(response.url, parser.base or "")
    return [urllib.parse.urljoin(base, link) for link in parser.links]


def file_name_of(address):
    return posixpath.basename(urllib.parse.unquote(urllib.parse.urlsplit(address).path))


def check_status(response, what):
    if response.status_code in (401, 403, 404, 410):
        raise NotThere(f"{what}: HTTP {response.status_code} {response.reason}")
    response.raise_for_status()


def address_in_index(session, index, package, file_name):
    normalized = re.sub(r"[-_.]+", "-", package).lower()
    page = f"{index.rstrip('/')}/{normalized}/"
    response = session.get(page, headers={"Accept": ACCEPTED_INDEX_PAGES})
    check_status(response, page)
    links = links_of_page(response)
    for link in links:
        if file_name_of(link) == file_name:
            return link.partition("#")[0]
    raise NotThere(f"{page} lists {len(links)} files, none of this name")


def local_candidates(find_links, file_name):
    """The file in the folders of pip's `find-links`, for a machine without an index."""
    for place in find_links:
        folder = urllib.parse.unquote(place[len("file://") :]) if place.startswith("file://") else place
        candidate = os.path.join(folder, file_name)
        if os.path.isfile(candidate):
            yield candidate


def verified(chunks, target, expected):
    """Write the chunks to `target`; say whether they were what the lock expects."""
    digest = hashlib.sha256()
    with open(target, "wb") as output:
        for chunk in chunks:
            digest.update(chunk)
            output.write(chunk)
    return digest.hexdigest() == expected


def download_once(options, session, request):
    expected = request["sha256"]
    target = request["out"]
    for candidate in local_candidates(options.find_links, request["fileName"]):
        with open(candidate, "rb") as source:
            if verified(iter(lambda: source.read(1 << 16), b""), target, expected):
                return
    if request["fileUrl"]:
        address = request["fileUrl"]
    else:
        indexes = [request["indexUrl"]] if request["indexUrl"] else []
        if not indexes and not options.no_index:
            indexes = [options.index_url, *options.extra_index_urls]
        if not indexes:
            raise NotThere("pip is configured to use no index, and no find-links folder has the file")
        address = first_address(session, indexes, request)
    response = session.get(address, stream=True, headers={"Accept-Encoding": "identity"})
    check_status(response, request["fileName"])
    if not verified(response.iter_content(1 << 16), target, expected):
        raise WrongContent("the content received does not have the sha256 that the lock gives")


def first_address(session, indexes, request):
    refusals = []
    for index in indexes:
        try:
            return address_in_index(session, index, request["packageName"], request["fileName"])
        except NotThere as refusal:
            refusals.append(str(refusal))
    raise NotThere("; ".join(refusals))


def download(request):
    options, session = pip_options_and_session()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            download_once(options, session, request)
            return
        except NotThere:
            raise
        except WrongContent as problem:
            say(f"{request['fileName']}: {problem}")
            if attempt > 1:
                # Nix compares too, and says which hash it got.
                return
        except Exception as problem:  # pip's network layer has no common base class
            if attempt == ATTEMPTS:
                raise
            pause = 2**attempt
            say(f"{request['fileName']}: {problem}; trying again in {pause} s")
            time.sleep(pause)


def main():
    forget_empty_variables()
    names = ["packageName", "fileName", "sha256", "indexUrl", "fileUrl", "out"]
    request = {name: os.environ.get(name, "") for name in names}
    try:
        download(request)
    except Exception as problem:
        say(
            f"error: could not download {request['fileName']} "
            f"of the Python package {request['packageName']}: {problem}"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
