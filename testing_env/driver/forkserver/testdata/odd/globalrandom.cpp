// A generator seeded from random_device by a global's constructor.
// varies
#include <iostream>
#include <random>
std::mt19937_64 engine(std::random_device{}());
int main() { std::cout << engine() << '\n'; }
