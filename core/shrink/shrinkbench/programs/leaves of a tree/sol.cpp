#include <bits/stdc++.h>
using namespace std;
int main() {
	int n;
	cin >> n;
	vector<int> degree(n + 1);
	for (int i = 1, a, b; i < n && cin >> a >> b; i++) degree.at(a)++, degree.at(b)++;
	cout << count_if(degree.begin() + 2, degree.end(), [](int d) { return d == 1; }) << "\n";
}
