#include <bits/stdc++.h>
using namespace std;

int main() {
    string s;
    cin >> s;
    int n = s.size();
    map<char, int> count;
    for (char c : s) count[c]++;
    for (auto [c, k] : count) {
        if (k > (n + 1) / 2) {
            cout << "IMPOSSIBLE\n";
            return 0;
        }
    }
    // Sorted beads go to every second place: equal ones end up two apart. The most
    // frequent bead goes first, so that it does not come around to the odd places.
    sort(s.begin(), s.end(), [&](char a, char b) { return pair(-count[a], a) < pair(-count[b], b); });
    string row(n, ' ');
    int place = 0;
    for (char c : s) {
        row[place] = c;
        place += 2;
        if (place >= n) place = 1;
    }
    cout << row << '\n';
}
