program hungry;

var
  p: pointer;
begin
  getmem(p, int64(1) shl 45);
  writeln(p = nil);
end.
