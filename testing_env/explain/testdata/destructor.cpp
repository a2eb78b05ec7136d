// input: 3
// expect: 1\n2\n4
// note: put together before
#include <bits/stdc++.h>
using namespace std;

struct writer {
	string text;
	void operator()(int x) { text += to_string(x) + "\n"; }
	~writer() { fwrite(text.data(), 1, text.size(), stdout); } // WRONG
};
int main() {
	int n;
	cin >> n;
	writer w;
	for (int i = 1; i <= n; i++)
		w(i);
}
