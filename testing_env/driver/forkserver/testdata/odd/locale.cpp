// Locales, streams with other formats, and wide output.
#include <clocale>
#include <iomanip>
#include <iostream>
#include <locale>
#include <sstream>
int main()
{
	double x;
	std::cin >> x;
	std::cout << setlocale(LC_ALL, nullptr) << ' ';
	setlocale(LC_ALL, "C.UTF-8");
	std::locale::global(std::locale("C.UTF-8"));
	std::cout << std::fixed << std::setprecision(3) << x << ' ' << std::hex << 255 << ' ';
	std::ostringstream s;
	s << std::setw(8) << std::setfill('*') << x;
	std::cout << s.str() << ' ' << std::locale().name() << '\n';
}
