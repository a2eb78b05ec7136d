// quick_exit, _Exit and their handlers.
#include <cstdio>
#include <cstdlib>
int main()
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	at_quick_exit([] { fputs("quick\n", stderr); });
	printf("lost unless flushed");
	if (n == 3)
		std::quick_exit(4);
	std::_Exit(5);
}
