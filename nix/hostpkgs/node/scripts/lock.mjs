// What a package-lock.json says, as far as downloads and builds need it.
import fs from "node:fs";
import path from "node:path";

// npm prefers the first.
export const LOCK_NAMES = ["npm-shrinkwrap.json", "package-lock.json"];
const OLDEST_VERSION = 2;

// What a person has to mend, so told without a stack trace.
export class Refusal extends Error {}

export const findLock = (folder) => {
  const file = LOCK_NAMES.map((name) => path.join(folder, name)).find((candidate) => fs.existsSync(candidate));
  if (file === undefined) {
    throw new Refusal(
      "there is no package-lock.json: make it with `npm install --package-lock-only`, " +
        "and see that git knows it and that `src` includes it",
    );
  }
  let lock;
  try {
    lock = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (problem) {
    throw new Refusal(`${path.basename(file)} is no JSON: ${problem.message}`);
  }
  const version = lock.lockfileVersion ?? 1;
  if (version < OLDEST_VERSION || lock.packages === undefined) {
    throw new Refusal(
      `${path.basename(file)} has the old format ${version}, which does not name all that is needed: ` +
        "write it anew with `npm install --package-lock-only --lockfile-version 3`",
    );
  }
  return { file, lock };
};

const nameOf = (key, entry) => entry.name ?? key.slice(key.lastIndexOf("node_modules/") + "node_modules/".length);

// Whether the entry is a file of a registry or another server: neither the project, a workspace, a link, a file of
// the source, nor part of another package.
export const isDownloaded = (key, entry) =>
  key.includes("node_modules/") && !entry.link && !entry.inBundle && !entry.resolved?.startsWith("file:");

// Each once: { name, version, resolved (where the lock has it), integrity }.
export const dependenciesToFetch = (lock, file) => {
  const found = new Map();
  for (const [key, entry] of Object.entries(lock.packages)) {
    if (!isDownloaded(key, entry)) {
      continue;
    }
    const name = nameOf(key, entry);
    if (entry.integrity === undefined) {
      const why = entry.resolved?.startsWith("git")
        ? "it comes from git, which hostpkgs cannot pin: depend on a published version"
        : "write the lock anew with `npm install --package-lock-only`";
      throw new Refusal(
        `${path.basename(file)} has no integrity for ${name} (${key}), so it cannot be verified; ${why}`,
      );
    }
    const { version, resolved, integrity } = entry;
    found.set(`${integrity} ${resolved ?? `${name}@${version}`}`, {
      name,
      version,
      ...(resolved === undefined ? {} : { resolved }),
      integrity,
    });
  }
  return [...found.values()];
};

const STRENGTH = ["sha512", "sha384", "sha256", "sha1", "md5"];

// npm looks for the strongest algorithm that the lock gives.
export const integrityHashes = (integrity) => {
  const hashes = integrity
    .trim()
    .split(/\s+/)
    .map((text) => {
      const [, algorithm, digest] = /^([a-z0-9]+)-([^?]+)/.exec(text) ?? [];
      return { algorithm, digest };
    });
  const strongest = STRENGTH.find((algorithm) => hashes.some((hash) => hash.algorithm === algorithm));
  if (strongest === undefined) {
    throw new Refusal(`the lock's integrity ${integrity} has no hash that npm knows`);
  }
  return hashes.filter((hash) => hash.algorithm === strongest);
};

// Where npm's cache has what has this hash.
export const contentPath = ({ algorithm, digest }) => {
  const hex = Buffer.from(digest, "base64").toString("hex");
  return path.join("content-v2", algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
};
