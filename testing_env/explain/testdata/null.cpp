// input: 0
// expect: 5
// note: SIGSEGV
// verdict: RE
#include <iostream>

struct node {
	int value;
	node *next;
};
static int last(node *n) {
	while (n->next) // WRONG
		n = n->next;
	return n->value;
}
int main() {
	int n;
	std::cin >> n;
	node *list = n ? new node{n, nullptr} : nullptr;
	std::cout << last(list) << "\n";
}
