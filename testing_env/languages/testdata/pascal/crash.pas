program crash;

var
  n: longint;
begin
  read(n);
  writeln(7 div (n - 5)); // <-- crash
end.
