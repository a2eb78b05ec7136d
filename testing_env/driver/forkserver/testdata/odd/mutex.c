// Locks taken and never released.
// flags: -pthread
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int times;
static void first(void)
{
	times++;
}
int main(void)
{
	pthread_once(&once, first);
	int a = pthread_mutex_trylock(&plain), b = pthread_mutex_lock(&recursive), c = pthread_mutex_lock(&recursive);
	flockfile(stdin);
	printf("%d %d %d %d\n", times, a, b, c);
	return 0;
}
