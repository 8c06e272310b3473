// The floor: Node's start, then a bare parse and print of the same bytes with the library that reads
// YAML for most of JavaScript. `node floor.mjs FILE…` prints to stdout.
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

let text = '';
for (const file of process.argv.slice(2)) text += stringify(parse(readFileSync(file, 'utf8')));
process.stdout.write(text);
