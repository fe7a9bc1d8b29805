#!/usr/bin/env node
const kleur = require("kleur");

kleur.enabled = process.argv.includes("--colour");
console.log(kleur.red("Hello"));
