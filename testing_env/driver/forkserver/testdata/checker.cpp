// Reads its two files in two ways, and tells which descriptors they had.
#include <fcntl.h>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 3;
	for (int i = 1; i < 3; i++) {
		FILE *f = fopen(argv[i], "rb");
		char line[256] = "";
		if (!f || !fgets(line, sizeof line, f))
			return 4;
		std::cout << fileno(f) << " " << line << "\n";
		fclose(f);
	}
	int probe = open(argv[1], O_RDONLY), other = open(argv[2], O_RDONLY);
	std::cout << probe << " " << other;
	close(probe);
	close(other);
	std::ifstream left(argv[1]), right(argv[2]);
	long long a, b;
	if (!(left >> a) || !(right >> b))
		return 5;
	std::cout << " " << a << " " << b << "\n";
}
