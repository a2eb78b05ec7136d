const fs = require("fs");
const { sum } = require("./totals");

const values = fs.readFileSync(0, "utf8").trim().split(/\s+/).slice(1).map(Number);
console.log(sum(values), Math.max(...values));
