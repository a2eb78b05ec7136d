// verdict: TLE
// input: 3
// expect: 1
// note: of its time was spent in this line
program slow;
var n: int64;

function collatz(i: int64): int64;
var steps: int64;
begin
  steps := 1;
  while i <> 0 do begin
    steps := (steps * 31 + i) mod 1000003 + (steps div (i or 1)) + (steps mod (i or 5)); // WRONG
    i := i + 2;
  end;
  collatz := steps;
end;

begin
  readln(n);
  writeln(collatz(n));
end.
