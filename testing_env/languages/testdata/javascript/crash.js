const fs = require("fs");

function pick(values, i) {
  return values[i].length; // <-- crash
}

const n = Number(fs.readFileSync(0, "utf8").split(/\s+/)[0]);
console.log(pick(["a"], n));
