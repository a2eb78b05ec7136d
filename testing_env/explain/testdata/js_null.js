// verdict: RE
// input: 3
// expect: 1
// note: TypeError: Cannot read properties of undefined
const n = Number(require("fs").readFileSync(0, "utf8"));
const rows = [];
for (let i = 0; i < n; i++) rows.push([i]);

function last(a) {
  return a[a.length][0]; // WRONG
}

console.log(last(rows));
