"""Puts the closure's store paths into layers, and digests each layer.

A path that many others need is likely to be in other images too, and to stay
the same when this one changes: such paths come first, each in a layer of its
own. The last of the allowed layers takes the rest.
"""

import json

from layer import DigestTarget, Owner, write_store_layer


def main(spec_path, *graphs_and_out):
    *graph_paths, out = graphs_and_out
    with open(spec_path) as file:
        spec = json.load(file)
    references = {}
    for path in graph_paths:
        references.update(read_graph(path))
    # Roots that are not content: the settings' own file and the root layer.
    for path in spec["leaveOut"]:
        references.pop(path, None)
    if not spec["includeStorePaths"]:
        references = {}
    owner = Owner(spec)
    layers = []
    for paths in group(references, spec["storeLayers"]):
        digest = DigestTarget()
        write_store_layer(digest, paths, owner)
        layers.append({"paths": paths, "sha256": digest.sha256.hexdigest(), "size": digest.size})
    with open(out, "w") as file:
        json.dump({**spec, "layers": layers}, file, indent=1, sort_keys=True)


def read_graph(path):
    """What Nix writes: path, deriver, the number of references, the references."""
    references = {}
    with open(path) as file:
        lines = iter(file.read().splitlines())
    for line in lines:
        next(lines)
        count = int(next(lines))
        references[line] = {next(lines) for _ in range(count)} - {line}
    return references


def group(references, limit):
    users = {path: 0 for path in references}
    for path in references:
        for needed in closure_of(path, references):
            users[needed] += 1
    ordered = sorted(references, key=lambda path: (-users[path], path))
    if not ordered:
        return []
    single, rest = ordered[: limit - 1], ordered[limit - 1 :]
    return [[path] for path in single] + ([sorted(rest)] if rest else [])


def closure_of(path, references):
    """Everything below `path`, itself left out."""
    seen, pending = set(), [path]
    while pending:
        for needed in references.get(pending.pop(), ()):
            if needed in references and needed not in seen:
                seen.add(needed)
                pending.append(needed)
    return seen - {path}
