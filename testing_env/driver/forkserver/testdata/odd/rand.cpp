// Randomness that is the same in each run.
#include <cstdlib>
#include <iostream>
#include <random>
std::mt19937 engine;
int main()
{
	std::cout << rand() << ' ' << engine() << ' ' << random() << ' ' << drand48() << '\n';
}
