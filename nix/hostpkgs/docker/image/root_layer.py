"""The last layer: what the image has outside of the store."""

import json
import os

from layer import DigestTarget, Owner, write_folder_layer


def main(folder, spec_path, out):
    with open(spec_path) as file:
        owner = Owner(json.load(file))
    os.makedirs(out)
    digest = DigestTarget()
    write_folder_layer(digest, folder, owner)
    with open(os.path.join(out, "layer.tar"), "wb") as file:
        write_folder_layer(file, folder, owner)
    with open(os.path.join(out, "layer.json"), "w") as file:
        json.dump({"sha256": digest.sha256.hexdigest(), "size": digest.size}, file, sort_keys=True)
