// input: 2
// expect: round\nround
#include <bits/stdc++.h>
using namespace std;

struct shape {
	virtual void print() const = 0;
	virtual ~shape() = default;
};
struct circle : shape {
	void print() const override { cout << "round" << endl; }
};
struct square : shape {
	void print() const override { cout << "angular" << endl; } // WRONG
};
int main() {
	int n;
	cin >> n;
	vector<unique_ptr<shape>> all;
	all.push_back(make_unique<circle>());
	all.push_back(make_unique<square>());
	for (auto &s : all)
		s->print();
}
