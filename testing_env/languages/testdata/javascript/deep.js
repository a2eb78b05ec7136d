const fs = require("fs");

function depth(n) {
  return n === 0 ? 0 : depth(n - 1) + 1;
}

console.log(depth(Number(fs.readFileSync(0, "utf8"))));
