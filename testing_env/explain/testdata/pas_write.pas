// input: 4
// expect: 1 2 3 4
program write_;
var n, i: longint;
begin
  read(n);
  for i := 1 to n do begin
    if i = 3 then
      write(7, ' ') // WRONG
    else
      write(i, ' ');
  end;
  writeln;
end.
