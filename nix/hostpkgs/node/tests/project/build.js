// Needs a development dependency, so that a build without them would fail.
const fs = require("node:fs");
require("chokidar");

const loud = process.argv.includes("--loud");
const text = fs.readFileSync("src/greet.js", "utf8");
fs.mkdirSync("dist", { recursive: true });
fs.writeFileSync("dist/greet.js", loud ? text.replace("Hello", "HELLO") : text);
