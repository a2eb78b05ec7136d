program broken;

var
  n: longint;
begin
  read(n);
  writeln(m); // <-- error
end.
