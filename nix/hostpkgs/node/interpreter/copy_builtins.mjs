// Copies what a Node.js reads of itself from the host when it starts: `copy_builtins.mjs OUT`, run by the host's node.
//
// Debian's has the names of such files built in (see externalized-builtins.c);
// one from elsewhere has none, and nothing is done.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const HOST_FOLDER = "/usr/share/nodejs";
const LIBRARY = "libhostpkgs-node-builtins.so";

const namesIn = (file) => {
  const pattern = new RegExp(`${HOST_FOLDER}/[A-Za-z0-9@_./-]+\\.m?js(?=\\0)`, "g");
  return fs.readFileSync(file).toString("latin1").match(pattern) ?? [];
};

const main = (out, shim, relocate) => {
  const program = `${out}/bin/node`;
  const libraries = fs.existsSync(`${out}/lib`)
    ? fs.readdirSync(`${out}/lib`).filter((name) => name.startsWith("libnode.so"))
    : [];
  const names = [program, ...libraries.map((name) => `${out}/lib/${name}`)].flatMap(namesIn);
  const present = [...new Set(names)].filter((name) => fs.existsSync(name));
  if (present.length === 0) {
    return;
  }
  const folder = `${out}/share/nodejs`;
  for (const name of present) {
    const target = path.join(folder, path.relative(HOST_FOLDER, name));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(fs.realpathSync(name), target);
  }
  const definitions = [`-DHOST_FOLDER="${HOST_FOLDER}"`, `-DSTORE_FOLDER="${folder}"`];
  const library = `${out}/lib/${LIBRARY}`;
  execFileSync("/usr/bin/gcc", ["-O2", "-fPIC", "-shared", ...definitions, "-o", library, shim]);
  const edit = [
    "import sys",
    "sys.path.insert(0, sys.argv[1])",
    "from elf import Elf",
    "elf = Elf(sys.argv[2])",
    "elf.edit(rpath=[sys.argv[3], *elf.rpath], add_needed=[sys.argv[4]])",
    "elf.save()",
  ].join("\n");
  execFileSync("/usr/bin/python3", ["-I", "-B", "-c", edit, relocate, program, `${out}/lib`, LIBRARY]);
};

main(...process.argv.slice(2));
