program deep;

function depth(n: longint): longint;
begin
  if n = 0 then depth := 0 else depth := depth(n - 1) + 1;
end;

var
  n: longint;
begin
  read(n);
  writeln(depth(n));
end.
