import std.conv, std.stdio;

void main(string[] args)
{
    auto all = new ubyte[(1L << 45) + args.length];
    all[args.length] = 1;
    writeln(all[args.length .. args.length + 2].to!string);
}
