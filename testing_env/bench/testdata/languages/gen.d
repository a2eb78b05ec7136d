import std.conv, std.random, std.stdio;

void main(string[] args) {
    auto r = Random(args[$ - 1].to!uint);
    int n = uniform(1, 9, r);
    writeln(n);
    foreach (i; 0 .. n) write(uniform(-10, 11, r), " ");
    writeln();
}
