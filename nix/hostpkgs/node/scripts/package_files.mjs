// What of a package is installed: `package_files.mjs name|has-script|bins|packed …`, in its folder.
//
//   name                the package's name
//   has-script NAME     exit code 0 where package.json has it
//   bins                a line for each program: its name, a tab, its file
//   packed FILE         what `npm pack --json` says, in FILE, a line for each file
import fs from "node:fs";
import path from "node:path";

const readPackage = () => JSON.parse(fs.readFileSync("package.json", "utf8"));

const bins = ({ name, bin, directories }) => {
  if (typeof bin === "string") {
    return [[path.basename(name), bin]];
  }
  if (bin !== undefined) {
    return Object.entries(bin);
  }
  const folder = directories?.bin;
  return folder === undefined ? [] : fs.readdirSync(folder).map((file) => [file, path.join(folder, file)]);
};

// npm 12 and newer name the packages, older ones list them.
const packed = (file) => {
  const answer = JSON.parse(fs.readFileSync(file, "utf8"));
  return Object.values(answer).flatMap(({ files }) => files.map((entry) => entry.path));
};

const [command, argument] = process.argv.slice(2);
const lines = {
  name: () => [readPackage().name],
  "has-script": () => {
    process.exitCode = readPackage().scripts?.[argument] === undefined ? 1 : 0;
    return [];
  },
  bins: () => bins(readPackage()).map(([name, file]) => `${name}\t${file}`),
  packed: () => packed(argument),
}[command]();
process.stdout.write(lines.map((line) => `${line}\n`).join(""));
