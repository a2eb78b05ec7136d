// verdict: RE
// input: 3
// expect: 1
// note: Runtime error 200
program divide;
var n: longint;

function share(a, b: longint): longint;
begin
  share := a div b; // WRONG
end;

begin
  readln(n);
  writeln(share(n, n - 3));
end.
