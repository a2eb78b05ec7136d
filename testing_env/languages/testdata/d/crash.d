import std.conv, std.stdio, std.string;

int pick(int[] values, int i)
{
    return values[i]; // <-- crash
}

void main()
{
    int n = readln().strip.to!int;
    writeln(pick(new int[n], n));
}
