// input: 3
// expect: 1\n2\n3
// note: ends too early
import std.stdio;

void main() {
    int n;
    readf!" %d"(n);
    foreach (i; 1 .. n)
        printf("%d\n", i); // WRONG
}
