// input: 4
// expect: 1 2 3 4
import std.stdio, std.conv, std.string;

void main() {
    int n = readln.strip.to!int;
    for (int i = 1; i <= n; i++) {
        if (i == 3)
            write(7, " "); // WRONG
        else
            writef("%d ", i);
    }
    writeln();
}
