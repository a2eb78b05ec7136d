// Threads that still run, and write, when main returns.
// flags: -pthread
#include <cstdio>
#include <thread>
volatile long spin[4];
int main()
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	for (int t = 0; t < 4; t++)
		std::thread([t] { for (;;) spin[t]++; }).detach();
	while (!spin[0] || !spin[3])
		;
	printf("%d\n", n);
}
