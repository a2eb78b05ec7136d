const n = 3;
if (n > 2 { // <-- error
  console.log(n);
}
