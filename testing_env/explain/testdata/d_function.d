// input: 3
// expect: 1\n2\n3
import std.stdio;

void show(int x) {
    if (x == 2)
        writeln(5); // WRONG
    else
        writeln(x);
}

void main() {
    int n;
    readf(" %d", n);
    foreach (i; 1 .. n + 1)
        show(i);
}
