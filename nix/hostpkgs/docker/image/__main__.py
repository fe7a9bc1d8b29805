"""Makes docker-archives of store paths: `python3 -I -B image COMMAND ARGUMENT…`.

root-layer FOLDER SPEC.json OUT   the layer of what is linked into the image's root
plan SPEC.json GRAPH… OUT         which store path goes into which layer, with digests
stream PLAN.json REPO:TAG         the whole archive to stdout
"""

import sys

import archive
import plan
import root_layer

COMMANDS = {"root-layer": root_layer.main, "plan": plan.main, "stream": archive.main}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
