#!/usr/bin/env node
console.log(require("@initech/text").toUpperCase());
