{ Tells which line of a Pascal program printed one byte of its standard output.

  Loaded before all other units (fpc -FaSttrace) with STRESSTESTER_TRACE="FD:OFFSET". The
  runtime passes each output on before the statement ends where a file has a function for
  that, as terminals have: this unit gives Output one. The statement with the byte at OFFSET
  is logged to FD as described in trace.c, with frames as addresses. With
  "FD:OFFSET:PERIOD" samples are taken every PERIOD microseconds of processor time. }
unit Sttrace;

{$mode objfpc}{$S-}{$R-}{$Q-}{$I-}

interface

implementation

uses
  BaseUnix, Unix, Syscall;

const
  Frames = 48;
  ITimerProf = 2;
{$ifdef CPUX86_64}
  SetITimer = 38;
{$else}
  SetITimer = 103;
{$endif}

var
  Log, Samples: LongInt;
  Wanted, Written: Int64;
  Lowest: Byte; external name '__executable_start';

function IntToDecimal(N: Int64): ShortString;
begin
  Str(N, IntToDecimal);
end;

{ Called is where the program called the function of the runtime's that has called Pass and
  is returned to at Inside. Such functions have no frame that could be followed: it is the
  return address, on the stack below the program's own frame, of a call of just that function. }
function Called(Frame: Pointer; Inside: PtrUInt): PtrUInt;
var
  Place: ^PtrUInt;
  Last, Nearest, Target: PtrUInt;
begin
  Called := 0;
  Nearest := 4096;
  Place := Frame;
  Last := PtrUInt(get_caller_frame(Frame));
  Inc(Place, 2);
  while (PtrUInt(Place) < Last) and (PtrUInt(Place) < PtrUInt(Frame) + 2048) do begin
    if (Place^ > PtrUInt(Lowest)) and (Place^ < Inside) and (PByte(Place^ - 5)^ = $E8) then begin
      Target := PtrUInt(Int64(Place^) + PLongInt(Place^ - 4)^);
      if (Target <= Inside) and (Inside - Target < Nearest) then begin
        Nearest := Inside - Target;
        Called := Place^;
      end;
    end;
    Inc(Place);
  end;
end;

{ Say logs one line: the address, and those that the frame and the ones behind it return to. }
procedure Say(Kind: Char; First, Second: Int64; Frame, Address: Pointer);
var
  Line: AnsiString;
  Told: LongInt;
  Older: Pointer;
begin
  Line := Kind + ' ' + IntToDecimal(First);
  if Second >= 0 then
    Line := Line + ' ' + IntToDecimal(Second);
  for Told := 1 to Frames do begin
    Line := Line + ' @' + HexStr(PtrUInt(Address) - 1, 16);
    if (Frame = nil) or (PtrUInt(Frame) and 7 <> 0) then
      Break;
    Address := get_caller_addr(Frame);
    Older := get_caller_frame(Frame);
    if (Address = nil) or (PtrUInt(Older) <= PtrUInt(Frame)) then
      Break;
    Frame := Older;
  end;
  Line := Line + #10;
  FpWrite(Log, Line[1], Length(Line));
end;

{ Pass is what the runtime calls at the end of each statement that prints. }
procedure Pass(var F: TextRec);
var
  Done, N: Int64;
  Caller: PtrUInt;
begin
  Done := 0;
  while Done < F.BufPos do begin
    N := FpWrite(F.Handle, F.BufPtr^[Done], F.BufPos - Done);
    if N <= 0 then begin
      InOutRes := 101;
      Break;
    end;
    Done := Done + N;
  end;
  if (Written <= Wanted) and (Wanted < Written + Done) then begin
    Caller := Called(get_frame, PtrUInt(get_caller_addr(get_frame)));
    if Caller <> 0 then
      Say('w', Written, Written + Done, get_caller_frame(get_frame), Pointer(Caller));
  end;
  Written := Written + Done;
  F.BufPos := 0;
end;

procedure Sampled(Signal: LongInt; Info: PSigInfo; Context: PSigContext); cdecl;
begin
  Inc(Samples);
  if Samples < 4000 then
{$ifdef CPUX86_64}
    Say('t', 0, -1, Pointer(Context^.rbp), Pointer(Context^.rip + 1));
{$endif}
end;

procedure Start;
var
  Order: AnsiString;
  Numbers: array[0..2] of Int64;
  I, N: LongInt;
  Action: SigActionRec;
  Timer: array[0..3] of Int64;
begin
  Order := FpGetEnv('STRESSTESTER_TRACE');
  N := 0;
  FillChar(Numbers, SizeOf(Numbers), 0);
  if Order = '' then
    Exit;
  for I := 1 to Length(Order) do
    if Order[I] = ':' then begin
      Inc(N);
      if N > 2 then
        Exit;
    end else if Order[I] in ['0'..'9'] then
      Numbers[N] := Numbers[N] * 10 + Ord(Order[I]) - Ord('0')
    else
      Exit;
  if N < 1 then
    Exit;
  Log := Numbers[0];
  Wanted := Numbers[1];
  if N = 1 then begin
    TextRec(Output).FlushFunc := @Pass;
    TextRec(Output).InOutFunc := @Pass;
  end else if Numbers[2] > 0 then begin
    FillChar(Action, SizeOf(Action), 0);
    Action.sa_handler := SigActionHandler(@Sampled);
    Action.sa_flags := SA_SIGINFO or SA_RESTART;
    FpSigAction(SIGPROF, @Action, nil);
    Timer[0] := 0;
    Timer[1] := Numbers[2];
    Timer[2] := 0;
    Timer[3] := Numbers[2];
    do_syscall(SetITimer, ITimerProf, PtrInt(@Timer), 0);
  end;
end;

initialization
  Start;
end.
