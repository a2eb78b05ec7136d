// Takes as many MiB as its input says, and then ends as it says.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

int main()
{
	int size;
	char end[16];
	if (scanf("%d %15s", &size, end) != 2)
		return 1;
	std::vector<std::vector<char>> taken;
	for (int i = 0; i < size; i++)
		taken.emplace_back(1 << 20, 'x');
	volatile int *nothing = nullptr;
	std::string how = end;
	if (how == "crash")
		*nothing = 1;
	if (how == "throw")
		throw std::runtime_error(how);
	if (how == "abort")
		abort();
	if (how == "exit")
		return 3;
	puts("done");
}
