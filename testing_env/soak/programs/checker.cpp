// Compares two numbers by testlib's conventions.
#include <fstream>

int main(int argc, char **argv)
{
	if (argc < 4)
		return 3;
	std::ifstream output(argv[2]), answer(argv[3]);
	unsigned long expected, actual;
	if (!(answer >> expected))
		return 3;
	if (!(output >> actual))
		return 2;
	return actual == expected ? 0 : 1;
}
