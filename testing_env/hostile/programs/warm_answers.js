//: group: Shared runtimes
//: tries: to answer the driver in the place of Node, for an answer that is wrong
//: expect: tested=WA|RE
//: time: 3s
//: memory: 256M
//: why: the answer of the process is about how the run ended, never about what it printed; a fresh Node that is written to in its own pipes may crash
const fs = require("fs");
console.log(-1);
for (let fd = 3; fd < 20; fd++) {
  for (const text of ["done\n", "done\ndone\n", "child 1\n", "ready\n"]) {
    try {
      if (!fs.fstatSync(fd).isFIFO()) continue;
      fs.writeSync(fd, text);
    } catch {
      // Not open, or not for writing.
    }
  }
}
