// input: 3
// expect: 1\n2\n3
// note: ends too early
program missing;
var n, i: longint;
begin
  readln(n);
  for i := 1 to n - 1 do
    writeln(i); // WRONG
end.
