let state = BigInt(process.argv[process.argv.length - 1]);
function next(n) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(n));
}
const n = next(8) + 1;
console.log(n);
console.log(Array.from({ length: n }, () => next(21) - 10).join(" "));
