{ input: 3 }
{ expect: 1\n2\n3 }
program function_;
var n, i: longint;

procedure show(x: longint);
begin
  if x = 2 then
    writeln(5) { WRONG }
  else
    writeln(x);
end;

begin
  readln(n);
  for i := 1 to n do
    show(i);
end.
