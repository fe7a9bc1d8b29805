// Makes ready what `npm ci --offline` needs: `prepare_offline.mjs NPM_DEPS CACHE REGISTRY`, in the folder of the lock.
//
// npm finds a file in its cache by the lock's `integrity` alone, but only where
// the lock also has an address; a lock may be without. REGISTRY is one that
// nothing answers.
import fs from "node:fs";
import path from "node:path";
import { contentPath, findLock, integrityHashes, isDownloaded, Refusal } from "./lock.mjs";

const checkSame = (file, deps) => {
  const name = path.basename(file);
  const before = path.join(deps, name);
  if (!fs.existsSync(before)) {
    throw new Refusal(`npmDeps (${deps}) has no ${name}: it was not made by fetchNpmDeps from this source`);
  }
  if (!fs.readFileSync(before).equals(fs.readFileSync(file))) {
    throw new Refusal(
      `${name} is not the one that npmDepsHash was made for (${before}): ` +
        "the lock has changed since; set npmDepsHash to lib.fakeHash, build, and take over the hash that Nix then says",
    );
  }
};

const wanted = ({ dependencies, devDependencies, optionalDependencies, peerDependencies }) => ({
  ...peerDependencies,
  ...devDependencies,
  ...dependencies,
  ...optionalDependencies,
});

// npm compares them too, but to say so it would ask a registry.
const checkAgreement = (file, lock) => {
  for (const [key, entry] of Object.entries(lock.packages)) {
    const manifest = path.join(key, "package.json");
    if (key.includes("node_modules/") || !fs.existsSync(manifest)) {
      continue;
    }
    const [ours, locked] = [wanted(JSON.parse(fs.readFileSync(manifest, "utf8"))), wanted(entry)];
    const differing = [...new Set([...Object.keys(ours), ...Object.keys(locked)])].filter(
      (name) => ours[name] !== locked[name],
    );
    if (differing.length > 0) {
      const [name] = differing;
      throw new Refusal(
        `${manifest} and ${path.basename(file)} do not agree: ${differing.join(", ")} ` +
          `(${name}: ${ours[name] ?? "not there"}, and ${locked[name] ?? "not there"} in the lock); bring the lock ` +
          "up to date with `npm install --package-lock-only`, and npmDepsHash with it",
      );
    }
  }
};

const addAddresses = (file, lock, registry, cache) => {
  for (const [key, entry] of Object.entries(lock.packages)) {
    if (!isDownloaded(key, entry) || entry.integrity === undefined) {
      continue;
    }
    for (const hash of integrityHashes(entry.integrity)) {
      if (!fs.existsSync(path.join(cache, "_cacache", contentPath(hash)))) {
        throw new Refusal(`npmDeps has no ${key} (${entry.integrity}): it was not made from this lock`);
      }
    }
    entry.resolved ??= new URL(`${key.slice(key.lastIndexOf("node_modules/"))}/${entry.version}`, registry).href;
  }
  fs.writeFileSync(file, JSON.stringify(lock, null, 2));
};

const main = (deps, cache, registry) => {
  const { file, lock } = findLock(".");
  checkSame(file, deps);
  checkAgreement(file, lock);
  addAddresses(file, lock, registry, cache);
};

try {
  main(...process.argv.slice(2));
} catch (problem) {
  if (!(problem instanceof Refusal)) {
    throw problem;
  }
  console.error(`error: ${problem.message}`);
  process.exit(1);
}
