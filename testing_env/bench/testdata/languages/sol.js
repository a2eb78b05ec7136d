const [, ...a] = require("fs").readFileSync(0, "utf8").split(/\s+/).filter(Boolean).map(Number);
let best = -Infinity, sum = -Infinity;
for (const x of a) {
  sum = Math.max(x, sum + x);
  best = Math.max(best, sum);
}
console.log(best);
