import std.algorithm, std.stdio;

void main() {
    int n;
    readf(" %d", &n);
    long best = long.min, sum = -(1L << 60);
    foreach (i; 0 .. n) {
        long x;
        readf(" %d", &x);
        sum = max(x, sum + x);
        best = max(best, sum);
    }
    writeln(best);
}
