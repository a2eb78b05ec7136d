const all = [];
while (true) all.push(new Array(1 << 16).fill(0.5));
