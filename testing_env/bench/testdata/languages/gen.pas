var
  i, n: longint;
begin
  val(paramstr(paramcount), i);
  randseed := i;
  n := random(8) + 1;
  writeln(n);
  for i := 1 to n do write(random(21) - 10, ' ');
  writeln;
end.
