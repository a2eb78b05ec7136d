// input: 3
// expect: 0.50 1.00 1.50
program real_;
uses math, sysutils;
var n, i: longint;

function half(x: longint): double;
begin
  half := floor(x / 2);
end;

begin
  readln(n);
  for i := 1 to n do
    write(half(i):0:2, ' '); // WRONG
  writeln;
end.
