// verdict: RE
// input: 2
// expect: 3
// note: use after free
// also: given back here
#include <bits/stdc++.h>
using namespace std;

struct Node {
    Node* next;
    int value[20];
};

int main() {
    int n;
    cin >> n;
    Node* list = nullptr;
    for (int i = 0; i < n; i++) list = new Node{list, {i}};
    int sum = 0;
    for (Node* p = list; p; ) {
        sum += p->value[0];
        delete p; // ALSO
        p = p->next; // WRONG
    }
    cout << sum << "\n";
}
