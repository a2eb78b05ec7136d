import std.stdio;

void main()
{
    int n = 3;
    writeln(m); // <-- error
}
