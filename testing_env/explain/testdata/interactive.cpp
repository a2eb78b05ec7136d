// input: 3
// expect: 3
// interactor: read q; echo less; read q; echo "wrong guess" >&2; exit 1
// note: the last of the conversation
#include <bits/stdc++.h>
using namespace std;

int main() {
    string answer;
    int n = 5;
    cout << "? " << n << endl;
    while (cin >> answer && answer == "more") cout << "? " << ++n << endl;
    cout << "! " << n << endl; // WRONG
}
