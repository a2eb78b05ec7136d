// input: 3
// expect: 1\n2\n3
function show(x) {
  if (x === 2) console.log(5); // WRONG
  else console.log(x);
}

const n = Number(require("fs").readFileSync(0, "utf8"));
for (let i = 1; i <= n; i++) show(i);
