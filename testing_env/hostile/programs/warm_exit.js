//: group: Shared runtimes
//: tries: to end the whole Node process with a status of its own
//: expect: tested=RE brute=BRUTE_FAILED
//: time: 3s
//: memory: 256M
//: why: the status is that of the run
console.log(require("fs").readFileSync(0, "utf8").split(/\s+/).map(Number).slice(0, 2).reduce((a, b) => a + b));
Object.getPrototypeOf(process).reallyExit(3);
