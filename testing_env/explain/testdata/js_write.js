// input: 4
// expect: 1 2 3 4
const lines = require("fs").readFileSync("/dev/stdin", "utf8").split("\n");
const n = parseInt(lines[0]);

class Printer {
  show(x) {
    process.stdout.write(x + " ");
  }
}

const p = new Printer();
for (let i = 1; i <= n; i++) {
  if (i === 3) {
    process.stdout.write("7 "); // WRONG
  } else {
    p.show(i);
  }
}
