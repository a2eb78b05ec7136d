// input: 3
// expect: 1\n2\n4
// note: put together before
import std.stdio, std.array, std.conv;

void main() {
    int n;
    readf(" %d", n);
    auto all = appender!string;
    foreach (i; 1 .. n + 1)
        all.put(i.to!string ~ "\n");
    write(all.data); // WRONG
}
