//: group: Shared runtimes
//: tries: to leave later runs notes in what the runs of a Node process share: prototypes, modules, the process
//: expect: tested=OK brute=OK
//: time: 3s
//: memory: 256M
//: tests: 30
//: why: every run has a context of its own, and who changes what is shared is executed
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(/\s+/).map(Number);
const main = Object.getPrototypeOf(process);
const places = { globalThis, Object, Array, arrays: Array.prototype, numbers: Number.prototype, bytes: Uint8Array.prototype, Buffer, buffers: Buffer.prototype,
  fs, readFileSync: fs.readFileSync, events: require("events"), emitters: require("events").prototype, path: require("path").posix, process, main, env: process.env,
  versions: process.versions, console, urls: URL.prototype, setTimeout, require, module, constants: require("os").constants };
for (const name in places) {
  const place = places[name];
  // Later than the runs that are made twice.
  if (place.note > 21) {
    console.log("BREACH");
    console.error("BREACH: a note was kept in " + name);
    process.exit(86);
  }
  try {
    place.note = (place.note ?? 0) + 1;
  } catch {
    // It takes none.
  }
}
console.log(a + b);
