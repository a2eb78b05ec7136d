// input: 3
// expect: 1\n2\n4
// note: put together before
const rl = require("readline").createInterface({ input: process.stdin });
rl.on("line", (line) => {
  const out = [];
  for (let i = 1; i <= Number(line); i++) out.push(i);
  console.log(out.join("\n")); // WRONG
});
