// A generator seeded from the clock by a global's constructor.
// varies
#include <chrono>
#include <iostream>
#include <random>
std::mt19937_64 engine(std::chrono::steady_clock::now().time_since_epoch().count());
int main() { std::cout << engine() << '\n'; }
