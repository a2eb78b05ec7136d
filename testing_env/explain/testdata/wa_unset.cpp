// input: 2
// expect: 0
// also: never set
#include <bits/stdc++.h>
using namespace std;

struct Counter {
    int odd, even;
};

int main() {
    int n;
    cin >> n;
    Counter* c = (Counter*)malloc(sizeof(Counter));
    c->even = 0;
    memset(malloc(100), 0x11, 100);
    c->odd += n % 2;
    int result = 0;
    if (c->odd > 1000) result = 1; // ALSO
    if (c->odd < 1000) result = 2;
    cout << result << "\n"; // WRONG
}
