// Everything that happens after main.
#include <cstdlib>
#include <iostream>
struct Global {
	const char *name;
	Global(const char *name) : name(name) { std::cout << name << " made\n"; }
	~Global() { std::cout << name << " gone\n"; }
};
Global a("a"), b("b");
thread_local Global c("c");
int count;
int main()
{
	int n;
	std::cin >> n;
	(void)c.name;
	atexit([] { std::cout << "atexit " << ++count << '\n'; });
	atexit([] { std::cout << "atexit " << ++count << '\n'; });
	static Global d("d");
	if (n == 3)
		exit(7);
}
