// Twice its input, but for what fate says.
#include "fate.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

int main()
{
	uint64_t seed;
	std::cin >> seed;
	volatile int *nothing = nullptr;
	std::vector<std::string> greed;
	switch (fate(seed)) {
	case CRASH:
		*nothing = 1;
		break;
	case STATUS:
		return 3;
	case ENDLESS:
		for (volatile unsigned i = 0;; i = i + 1)
			;
	case FLOOD:
		for (;;)
			std::cout << "flood\n";
	case GREEDY:
		for (;;)
			greed.emplace_back(1 << 20, 'x');
	case ABORT:
		abort();
	case KILLED:
		raise(SIGKILL);
		break;
	case LITTER:
		for (int i = 0; i < 100; i++)
			std::ofstream("litter-" + std::to_string(i)) << seed;
		break;
	case WRONG:
		seed++;
		break;
	case GARBAGE:
		std::cout << "garbage ";
		break;
	}
	std::cout << 2 * seed << '\n';
}
