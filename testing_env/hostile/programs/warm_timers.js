//: group: Shared runtimes
//: tries: to print into later runs from timers, promises and listeners that stay
//: expect: tested=OK
//: time: 3s
//: memory: 256M
//: tests: 30
//: why: what a run has started ends with it
const fs = require("fs");
const [a, b] = fs.readFileSync(0, "utf8").split(/\s+/).map(Number);
fs.writeSync(1, a + b + "\n");
const began = process.hrtime.bigint();
let later = () => {
  // By then this program's own run has ended.
  if (process.hrtime.bigint() - began > 100_000_000n) fs.writeSync(1, "BREACH\n");
};
for (const ms of [1, 5, 50, 120, 200]) {
  setInterval(later, ms).unref();
  setTimeout(later, ms).unref();
  require("timers").setInterval(later, ms).unref();
}
for (const event of ["exit", "beforeExit", "SIGUSR2", "warning", "uncaughtException", "unhandledRejection", "newListener"]) {
  process.on(event, later);
}
(async () => { for (let i = 0; i < 100; i++) { await null; } later(); })();
