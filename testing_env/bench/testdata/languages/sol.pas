var
  n, i: longint;
  x, sum, best: int64;
begin
  read(n);
  best := -(int64(1) shl 60);
  sum := best;
  for i := 1 to n do begin
    read(x);
    if sum > 0 then sum := sum + x else sum := x;
    if sum > best then best := sum;
  end;
  writeln(best);
end.
