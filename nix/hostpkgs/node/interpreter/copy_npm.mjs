// Copies the host's npm into $out: `copy_npm.mjs OUT`, run by the host's node.
//
// npm is one folder with all that it needs in its own node_modules, or, as
// Debian packages it, spread over folders that Debian's node searches besides
// (`Module.globalPaths`). Either way the copy is of the first form.
import fs from "node:fs";
import Module from "node:module";
import path from "node:path";

const HOST_PROGRAM = "/usr/bin/npm";
const EXIT_MISSING = 3;
const NOT_RUN = /(^|\/)(node_modules|tests?|scripts|docs)\//;
// `require("name")` and `require("@scope/name/file")`, but for Node.js' own modules.
const REQUIRED = /\brequire\(["']((?!node:)(?:@[\w.-]+\/)?[\w][\w.-]*)/g;

const readPackage = (folder) => {
  const file = path.join(folder, "package.json");
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : null;
};

// The folder of the package that a file belongs to.
const folderOfNpm = (program) => {
  let folder = path.dirname(fs.realpathSync(program));
  while (readPackage(folder)?.name !== "npm") {
    const parent = path.dirname(folder);
    if (parent === folder) {
      throw new Error(`${program} is not part of a package named npm`);
    }
    folder = parent;
  }
  return folder;
};

// Where `require` would find the dependency: a folder, or a file of Debian's.
const find = (name, from) => {
  const searched = [];
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    searched.push(path.join(folder, "node_modules"));
  }
  for (const folder of [...searched, ...Module.globalPaths]) {
    for (const candidate of [path.join(folder, name), path.join(folder, `${name}.js`)]) {
      if (fs.existsSync(candidate)) {
        return candidate;
      }
    }
  }
  return null;
};

// What a package says that it needs, and what its files do: Debian changes packages
// without saying it there.
const needs = (folder) => {
  const { dependencies, optionalDependencies } = readPackage(folder) ?? {};
  const names = new Set(Object.keys({ ...dependencies, ...optionalDependencies }));
  if (fs.statSync(folder).isDirectory()) {
    for (const file of fs.readdirSync(folder, { recursive: true })) {
      const script = path.join(folder, file);
      if (/\.c?js$/.test(file) && !NOT_RUN.test(file) && fs.statSync(script).isFile()) {
        for (const [, name] of fs.readFileSync(script, "utf8").matchAll(REQUIRED)) {
          names.add(name);
        }
      }
    }
  }
  return names;
};

const copy = (source, target) => {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  // Links of Debian's lead to other packages' folders: what they lead to counts.
  fs.cpSync(source, target, { recursive: true, dereference: true });
};

// Without the dependencies where the folder is whole: then it lies where only its own are found.
const copyWithDependencies = (source, target) => {
  copy(source, target);
  if (!Module.globalPaths.includes(path.dirname(source))) {
    return;
  }
  const seen = new Set([source]);
  const pending = [source];
  while (pending.length > 0) {
    const folder = pending.pop();
    for (const name of needs(folder)) {
      const found = find(name, folder);
      if (found === null || seen.has(found)) {
        continue;
      }
      seen.add(found);
      pending.push(found);
      if (!found.startsWith(`${source}/`)) {
        const place = path.join(target, "node_modules", found.endsWith(`${name}.js`) ? `${name}.js` : name);
        if (!fs.existsSync(place)) {
          copy(found, place);
        }
      }
    }
  }
};

const makeProgram = (out, npm, name) => {
  const script = path.join(npm, "bin", `${name}-cli.js`);
  const text = fs.readFileSync(script, "utf8");
  fs.writeFileSync(script, text.replace(/^#!.*/, `#!${out}/bin/node`), { mode: 0o755 });
  fs.chmodSync(script, 0o755);
  fs.symlinkSync(path.relative(`${out}/bin`, script), `${out}/bin/${name}`);
};

const main = (out) => {
  if (!fs.existsSync(HOST_PROGRAM)) {
    console.error(`hostpkgs: ${HOST_PROGRAM} is not on this host; install the Debian package npm`);
    process.exit(EXIT_MISSING);
  }
  const npm = path.join(out, "lib/node_modules/npm");
  copyWithDependencies(folderOfNpm(HOST_PROGRAM), npm);
  for (const name of ["npm", "npx"]) {
    makeProgram(out, npm, name);
  }
  // npm's own defaults. By itself it would install global packages beside its
  // node, into the store, which is writable for a single-user Nix.
  fs.rmSync(path.join(npm, "npmrc"), { force: true });
  fs.writeFileSync(path.join(npm, "npmrc"), "prefix=${HOME}/.local\nupdate-notifier=false\n");
};

main(process.argv[2]);
