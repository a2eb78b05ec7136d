// verdict: TLE
// input: 3
// expect: 1
// note: of its time was spent in this line
import std.stdio;

ulong collatz(ulong i) {
    ulong steps = 1;
    while (i != 0) {
        steps = (steps * 31 + i) % 1000003 + steps / (i | 1) + steps % (i | 5); // WRONG
        i += 2;
    }
    return steps;
}

void main() {
    ulong n;
    readf(" %d", n);
    writeln(collatz(n));
}
