import std.stdio;

void main()
{
    writeln(new ubyte[1L << 45].length);
}
