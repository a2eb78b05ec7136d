import std.algorithm, std.array, std.conv, std.stdio;

void main()
{
    readln();
    long[] values = readln().split.map!(to!long).array;
    writeln(values.sum, " ", values.maxElement);
}
