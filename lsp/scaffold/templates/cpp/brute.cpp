// The brute force: the simplest program that is surely right, however slow. It
// reads the same input as the tested program and prints the right answer.
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    vector<long long> a(n);
    for (auto& x : a) cin >> x;

    // Replace this by the simplest right solution.
    long long sum = 0;
    for (long long x : a) sum += x;
    cout << sum << '\n';
}
