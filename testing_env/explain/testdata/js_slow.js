// verdict: TLE
// input: 200000
// expect: 1
// note: of its time was spent in this line
const n = Number(require("fs").readFileSync(0, "utf8"));

function count(n) {
  const seen = [];
  for (let i = 0; i < n; i++) {
    if (!seen.includes(i)) { // WRONG
      seen.push(i);
    }
  }
  return seen.length;
}

console.log(count(n));
