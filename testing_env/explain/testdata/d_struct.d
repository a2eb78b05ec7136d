// input: 3
// expect: YES\nNO\nYES
import std.stdio;

struct Answers {
    void say(bool odd) {
        if (odd)
            stdout.writeln("YES");
        else
            stdout.rawWrite("N0\n"); // WRONG
    }
}

void main() {
    int n;
    scanf("%d", &n);
    Answers a;
    foreach (i; 0 .. n)
        a.say(i % 2 == 0);
}
