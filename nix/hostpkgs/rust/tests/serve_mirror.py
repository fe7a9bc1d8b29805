"""A registry on this machine, for one test: serve_mirror.py FOLDER CONFIGURATION

Serves what FOLDER has as a sparse registry with the one crate of the environment
(crateName, crateVersion, checksum), and writes Cargo's configuration that puts
it in the place of Cargo's own.
"""

import functools
import http.server
import json
import os
import sys


def main(folder, configuration):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    address = f"http://127.0.0.1:{server.server_port}"
    name, version = os.environ["crateName"], os.environ["crateVersion"]
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({"dl": f"{address}/{{crate}}-{{version}}.archive"}, file)
    entry = {
        "name": name,
        "vers": version,
        "deps": [],
        "cksum": os.environ["checksum"],
        "features": {},
        "yanked": False,
    }
    with open(os.path.join(folder, name[:2], name[2:4], name), "w") as file:
        file.write(json.dumps(entry) + "\n")
    with open(configuration, "w") as file:
        file.write(
            '[source.crates-io]\nreplace-with = "mirror"\n'
            f'[source.mirror]\nregistry = "sparse+{address}/"\n'
        )
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
