// Downloads what a package-lock.json names: `fetch_npm_deps.mjs OUT`, run by the
// host's node in the folder of the lock, with the host's npm on PATH.
//
// npm itself does it, by `npm ci` of a project made up for it, which has every
// package of the lock as a direct dependency that depends on nothing: so those
// for other systems come too, and the result does not depend on the machine. No
// script of a package runs. npm compares each file with the lock's `integrity`,
// and here it is found again by that, in npm's cache.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { contentPath, dependenciesToFetch, findLock, integrityHashes, Refusal } from "./lock.mjs";

const HOST_NPM = "/usr/bin/npm";

const say = (text) => process.stderr.write(`${text}\n`);

// Nix passes each `impureEnvVars` name, as an empty string where it is unset.
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));

const writeProject = (folder, packages) => {
  const names = packages.map((_, index) => `package-${index}`);
  const project = {
    name: "everything-of-a-lock",
    version: "0.0.0",
    dependencies: Object.fromEntries(
      packages.map(({ name, version }, index) => [names[index], `npm:${name}@${version}`]),
    ),
  };
  const lock = {
    name: project.name,
    version: project.version,
    lockfileVersion: 3,
    requires: true,
    packages: { "": project },
  };
  packages.forEach((entry, index) => {
    lock.packages[`node_modules/${names[index]}`] = entry;
  });
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(project));
  fs.writeFileSync(path.join(folder, "package-lock.json"), JSON.stringify(lock));
};

const download = (packages, work) => {
  const project = path.join(work, "project");
  fs.mkdirSync(project);
  writeProject(project, packages);
  // The project's own settings: a registry for a scope, say.
  if (fs.existsSync(".npmrc")) {
    fs.copyFileSync(".npmrc", path.join(project, ".npmrc"));
  }
  const cache = path.join(work, "cache");
  const options = ["--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  const { status, error } = spawnSync(HOST_NPM, ["ci", ...options, "--no-progress", "--cache", cache], {
    cwd: project,
    env: { ...environment(), npm_config_update_notifier: "false" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error) {
    throw error;
  }
  if (status !== 0) {
    throw new Refusal(
      "npm could not download what the lock names; what npm says is above, and the registry, proxy and " +
        "certificates are those of `npm config list`",
    );
  }
  return path.join(cache, "_cacache");
};

const filesBelow = function* (folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesBelow(file);
    } else {
      yield file;
    }
  }
};

// Copies what the lock names from npm's cache, by the lock's own hashes.
const keep = (packages, cache, out) => {
  const wanted = new Map();
  for (const entry of packages) {
    for (const hash of integrityHashes(entry.integrity)) {
      wanted.set(`${hash.algorithm}-${hash.digest}`, hash);
    }
  }
  const algorithms = new Set([...wanted.values()].map(({ algorithm }) => algorithm));
  const found = new Set();
  for (const file of filesBelow(path.join(cache, "content-v2"))) {
    const content = fs.readFileSync(file);
    for (const algorithm of algorithms) {
      const key = `${algorithm}-${createHash(algorithm).update(content).digest("base64")}`;
      const hash = wanted.get(key);
      if (hash) {
        found.add(key);
        const target = path.join(out, "_cacache", contentPath(hash));
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, content);
      }
    }
  }
  const missing = packages.filter(({ integrity }) =>
    integrityHashes(integrity).some(({ algorithm, digest }) => !found.has(`${algorithm}-${digest}`)),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name}@${version}`).join(", ");
    throw new Refusal(`npm's cache does not hold what the lock's integrity says of ${names}`);
  }
};

const main = (out) => {
  const { file, lock } = findLock(".");
  const packages = dependenciesToFetch(lock, file);
  fs.mkdirSync(path.join(out, "_cacache", "content-v2"), { recursive: true });
  fs.copyFileSync(file, path.join(out, path.basename(file)));
  if (packages.length === 0) {
    return;
  }
  say(`downloading ${packages.length} packages`);
  const work = fs.mkdtempSync(path.join(process.env.NIX_BUILD_TOP ?? os.tmpdir(), "npm-deps-"));
  keep(packages, download(packages, work), out);
};

try {
  main(process.argv[2]);
} catch (problem) {
  if (!(problem instanceof Refusal)) {
    throw problem;
  }
  say(`error: ${problem.message}`);
  process.exit(1);
}
