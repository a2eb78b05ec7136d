#include <cmath>
#include <cstdio>

// The distance between the points at s and t of the two cables is a convex
// function: the smallest is found by cutting thirds off, twice over.
static double x[4], y[4];

static double between(double s, double t) {
    double dx = x[0] + s * (x[1] - x[0]) - x[2] - t * (x[3] - x[2]);
    double dy = y[0] + s * (y[1] - y[0]) - y[2] - t * (y[3] - y[2]);
    return std::sqrt(dx * dx + dy * dy);
}

template <class Function>
static double smallest(Function f) {
    double lo = 0, hi = 1;
    for (int i = 0; i < 80; i++) {
        double a = lo + (hi - lo) / 3, b = hi - (hi - lo) / 3;
        if (f(a) < f(b)) hi = b;
        else lo = a;
    }
    return f((lo + hi) / 2);
}

int main() {
    for (int i = 0; i < 4; i++)
        if (std::scanf("%lf %lf", &x[i], &y[i]) != 2) return 1;
    double d = smallest([](double s) { return smallest([s](double t) { return between(s, t); }); });
    std::printf("%.9f\n", d);
}
