/* What cannot be undercut on this machine, in microseconds: calling a function and putting
 * back the pages that it dirtied; fork and wait; handing a word to another process on the
 * same processor and getting one back. Each is the median of many. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGES 30 /* as many as a small C++ program dirties */
#define TIMES 3000

static char *pages, *copy;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

__attribute__((noinline)) static void function(int run)
{
	for (int i = 0; i < PAGES; i++)
		for (int k = 0; k < 4; k++)
			((volatile char *)pages)[i * 4096 + k * 1000 + run % 64]++;
}

static void call(int run)
{
	function(run);
	for (int i = 0; i < PAGES; i++)
		if (memcmp(pages + i * 4096, copy + i * 4096, 4096))
			memcpy(pages + i * 4096, copy + i * 4096, 4096);
}

static void fork_and_wait(int run)
{
	(void)run;
	pid_t p = fork();
	if (p == 0)
		_exit(0);
	waitpid(p, NULL, 0);
}

static unsigned *words;

static void hand_over(int run)
{
	(void)run;
	unsigned n = ++words[0];
	syscall(SYS_futex, &words[0], FUTEX_WAKE, 1);
	while (__atomic_load_n(&words[16], __ATOMIC_ACQUIRE) != n)
		syscall(SYS_futex, &words[16], FUTEX_WAIT, n - 1, NULL);
}

static void echo(void)
{
	for (unsigned n = 1;; n++) {
		while (__atomic_load_n(&words[0], __ATOMIC_ACQUIRE) != n)
			syscall(SYS_futex, &words[0], FUTEX_WAIT, n - 1, NULL);
		__atomic_store_n(&words[16], n, __ATOMIC_RELEASE);
		syscall(SYS_futex, &words[16], FUTEX_WAKE, 1);
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(void (*f)(int))
{
	static double took[TIMES];
	for (int i = 0; i < TIMES; i++) {
		double began = now();
		f(i);
		took[i] = now() - began;
	}
	qsort(took, TIMES, sizeof *took, ascending);
	return took[TIMES / 2];
}

int main(void)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	pages = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	copy = malloc(PAGES * 4096);
	memset(pages, 1, PAGES * 4096);
	memset(copy, 1, PAGES * 4096);
	words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double call_us = median(call), fork_us = median(fork_and_wait);
	pid_t p = fork();
	if (p == 0)
		echo();
	double hand_us = median(hand_over);
	kill(p, 9);
	waitpid(p, NULL, 0);
	printf("FLOOR %.2f %.2f %.2f\n", call_us, fork_us, hand_us);
}
