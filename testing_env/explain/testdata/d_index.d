// verdict: RE
// input: 3
// expect: 1
// note: index [3] is out of bounds for array of length 3
import std.stdio;

int last(int[] a) {
    return a[a.length]; // WRONG
}

void main() {
    int n;
    readf(" %d", n);
    writeln(last(new int[n]));
}
