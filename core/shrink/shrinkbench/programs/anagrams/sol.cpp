#include <bits/stdc++.h>
using namespace std;
int main() {
	string s, t;
	cin >> s >> t;
	cout << (s.size() == t.size() && set(s.begin(), s.end()) == set(t.begin(), t.end()) ? "yes" : "no") << "\n";
}
