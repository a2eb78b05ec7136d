import std.conv, std.stdio, std.string;

int depth(int n)
{
    return n == 0 ? 0 : depth(n - 1) + 1;
}

void main()
{
    writeln(depth(readln().strip.to!int));
}
