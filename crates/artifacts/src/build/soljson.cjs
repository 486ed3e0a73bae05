"use strict";
// Standard JSON through the compiler as WebAssembly: arguments are its file and the exact version.
const [, file, version] = process.argv;
// Whoever asked can end at any time, and nobody is there to be told while the compiler works: the process ends with its parent.
const { Worker } = require("node:worker_threads");
const watch = "const p=process.ppid;setInterval(()=>process.ppid===p||process.kill(process.pid,'SIGKILL'),500)";
new Worker(watch, { eval: true }).unref();
// soljson installs handlers that turn a failure of ours into its own abort.
const soljson = require(file);
const found = soljson.cwrap("solidity_version", "string", [])();
if (!found.startsWith(`${version}+`)) {
  process.stderr.write(found);
  process.exit(3);
}
const compile = soljson.cwrap("solidity_compile", "string", ["string", "number", "number"]);
process.stdout.write(compile(require("node:fs").readFileSync(0, "utf8"), 0, 0), () => process.exit(0));
