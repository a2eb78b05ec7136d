//: group: Shared runtimes
//: tries: to run for ever from the second run on
//: expect: tested=TLE brute=BRUTE_FAILED
//: time: 300ms
//: memory: 256M
//: why: the process is ended, and a fresh one decides
const [a, b] = require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number);
console.log(a + b);
while (a > 1) {}
