// input: 3
// expect: YES\nNO\nYES
program buffer;
var
  space: array[1..65536] of byte;
  n, i: longint;

procedure answer(odd: boolean);
begin
  if odd then
    writeln(output, 'YES')
  else
    writeln(output, 'N0'); // WRONG
end;

begin
  settextbuf(output, space);
  readln(n);
  for i := 1 to n do
    answer(i mod 2 = 1);
end.
