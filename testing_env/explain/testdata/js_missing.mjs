// input: 3
// expect: 1\n2\n3
// note: ends too early
import { readFileSync, writeSync } from "fs";

const n = Number(readFileSync(0, "utf8"));
for (let i = 1; i < n; i++) {
  writeSync(1, `${i}\n`); // WRONG
}
