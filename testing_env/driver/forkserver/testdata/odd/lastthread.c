// main's thread ends first; the process goes on.
// flags: -pthread
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static int n;
static void *rest(void *arg)
{
	usleep(2000);
	printf("%d after main\n", n);
	return arg;
}
int main(void)
{
	pthread_t t;
	if (scanf("%d", &n) != 1)
		return 9;
	pthread_create(&t, NULL, rest, NULL);
	pthread_exit(NULL);
}
