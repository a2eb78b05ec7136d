#include <bits/stdc++.h>

// Burns as many milliseconds of processor time as the macro says. The thread's clock is
// exact; the process's, where its time is limited, goes by the kernel's ticks.
int main() {
    int n;
    std::cin >> n;
    const auto used = [] {
        std::timespec t;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return t.tv_sec * 1000000000LL + t.tv_nsec;
    };
    const long long end = used() + BURN_MS * 1000000LL;
    while (used() < end) {}
    std::cout << n << "\n";
}
