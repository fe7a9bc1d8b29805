"""Let the Python scripts of a folder find modules in other folders.

Usage: add_import_folders.py BIN FOLDER…

One statement is put before a script's own: after its docstring and its imports
from `__future__`, which must stay first.
"""

import ast
import os
import sys


def own_statements_line(source):
    """The 0-based line before which a statement may stand."""
    line = 0
    for index, statement in enumerate(ast.parse(source).body):
        is_docstring = (
            index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        )
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not (is_docstring or is_future):
            break
        line = statement.end_lineno
    lines = source.splitlines()
    while line < len(lines) and lines[line].startswith("#"):
        line += 1
    return line


def add_folders(path, folders):
    with open(path, "rb") as file:
        content = file.read()
    first_line = content.split(b"\n", 1)[0]
    if not first_line.startswith(b"#!") or b"python" not in os.path.basename(first_line):
        return
    source = content.decode()
    lines = source.splitlines(keepends=True)
    at = own_statements_line(source)
    lines.insert(at, f"import site as _site; [_site.addsitedir(folder) for folder in {folders!r}]\n")
    with open(path, "w") as file:
        file.write("".join(lines))


def main(scripts, *folders):
    if not os.path.isdir(scripts):
        return
    for name in sorted(os.listdir(scripts)):
        path = os.path.join(scripts, name)
        if os.path.isfile(path) and not os.path.islink(path):
            add_folders(path, list(folders))


if __name__ == "__main__":
    main(*sys.argv[1:])
