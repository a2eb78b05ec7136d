#include <bits/stdc++.h>
using namespace std;

struct Point {
    int x, y;
};

int main() {
    vector<Point> points(3);
    sort(points.begin(), points.end());  // <-- error
    cout << points.size() << endl;
}
