// The validator: reads an input and exits with 1, saying why, unless it keeps
// every promise of the statement. It keeps generated and shrunk inputs valid.
#include <bits/stdc++.h>
using namespace std;

[[noreturn]] void reject(const string& why) {
    cerr << why << '\n';
    exit(1);
}

long long number(const string& what, long long lo, long long hi) {
    long long x;
    if (!(cin >> x)) reject(what + " is missing or not a number");
    if (x < lo || x > hi) reject(what + " is " + to_string(x) + ", not between " + to_string(lo) + " and " + to_string(hi));
    return x;
}

int main() {
    // Replace this by the statement's own promises.
    int n = number("n", 1, 200000);
    for (int i = 1; i <= n; i++) number("number " + to_string(i), -1000000000, 1000000000);
    string more;
    if (cin >> more) reject("the input goes on with " + more);
}
