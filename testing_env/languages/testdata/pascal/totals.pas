unit totals;

interface

function larger(a, b: int64): int64;

implementation

function larger(a, b: int64): int64;
begin
  if a > b then result := a else result := b;
end;

end.
