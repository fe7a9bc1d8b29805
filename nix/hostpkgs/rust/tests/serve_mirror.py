"""A registry on this machine, for one test: serve_mirror.py FOLDER CONFIGURATION

Serves what FOLDER has as a sparse registry with the one crate of the environment
(crateName, crateVersion, checksum), and writes Cargo's configuration that puts
it in the place of Cargo's own. It asks for a token, which a program of the host
knows.
"""

import functools
import http.server
import json
import os
import sys

TOKEN = "swingline"


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.headers["Authorization"] == TOKEN:
            super().do_GET()
        else:
            self.send_error(http.HTTPStatus.UNAUTHORIZED)


def main(folder, configuration):
    handler = functools.partial(Handler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    address = f"http://127.0.0.1:{server.server_port}"
    name, version = os.environ["crateName"], os.environ["crateVersion"]
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({"dl": f"{address}/{{crate}}-{{version}}.archive", "auth-required": True}, file)
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
            f'[registries.mirror]\nindex = "sparse+{address}/"\n'
            f'credential-provider = ["cargo:token-from-stdout", "printf", "{TOKEN}"]\n'
        )
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
