program sum;

uses totals;

var
  n, i: longint;
  x, total, max: int64;
begin
  read(n);
  total := 0;
  max := low(int64);
  for i := 1 to n do
  begin
    read(x);
    total := total + x;
    max := larger(max, x);
  end;
  writeln(total, ' ', max);
end.
