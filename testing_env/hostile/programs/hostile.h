/* What the attacks written in C and C++ share: an honest answer for the role they
 * play, so that a failed attack passes, and a way to tell of one that came through. */
#ifndef HOSTILE_H
#define HOSTILE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The exit status of an attack that came through. No role passes with it. */
#define BREACH 86

static int is_role(const char *name)
{
	const char *role = getenv("HOSTILE_ROLE");
	return role && strcmp(role, name) == 0;
}

/* Whether the kernel is gVisor's, in which some of what Linux refuses is allowed
 * because nothing comes of it, and /proc shows more; see docs/security.md. */
__attribute__((unused)) static int on_gvisor(void) { return getenv("HOSTILE_GVISOR") != NULL; }

/* Tells that an attack came through, and ends the program. */
__attribute__((format(printf, 1, 2), noreturn, unused)) static void breach(const char *format, ...)
{
	char text[1000];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text - 1, format, args);
	va_end(args);
	if (n > (int)sizeof text - 2)
		n = sizeof text - 2;
	text[n] = '\n';
	if (write(2, "BREACH: ", 8) + write(2, text, (size_t)n + 1) < 0)
		_exit(BREACH);
	if (write(1, "BREACH\n", 7) < 0)
		_exit(BREACH);
	_exit(BREACH);
}

/* Takes memory and touches every page of it, in a way that no optimizer removes. */
__attribute__((unused)) static void take(size_t bytes)
{
	volatile char *p = (volatile char *)malloc(bytes);
	for (size_t i = 0; p && i < bytes; i += 4096)
		p[i] = 1;
}

/* Does what an honest program of the role would do, and returns its exit status. */
__attribute__((unused)) static int honest(int argc, char **argv)
{
	long a = 0, b = 0;
	if (is_role("generator")) {
		a = atol(argv[argc - 1]);
		printf("%ld %ld\n", a, a * 7919 % 1000);
	} else if (is_role("validator")) {
		return scanf("%ld %ld", &a, &b) == 2 ? 0 : 1;
	} else if (is_role("checker")) {
		FILE *output = fopen(argv[2], "r"), *answer = fopen(argv[3], "r");
		if (!output || !answer)
			return 3;
		return fscanf(output, "%ld", &a) == 1 && fscanf(answer, "%ld", &b) == 1 && a == b ? 0 : 1;
	} else if (is_role("interactor")) {
		char word[8];
		long sum;
		FILE *input = fopen(argv[1], "r");
		if (!input || fscanf(input, "%ld %ld", &a, &b) != 2)
			return 3;
		printf("%ld\n", a);
		fflush(stdout);
		if (scanf("%7s", word) != 1)
			return 1;
		printf("%ld\n", b);
		fflush(stdout);
		return scanf("%ld", &sum) == 1 && sum == a + b ? 0 : 1;
	} else if (is_role("talker")) {
		if (scanf("%ld", &a) != 1)
			return 1;
		printf("more\n");
		fflush(stdout);
		if (scanf("%ld", &b) != 1)
			return 1;
		printf("%ld\n", a + b);
	} else {
		if (scanf("%ld %ld", &a, &b) != 2)
			return 1;
		printf("%ld\n", a + b);
	}
	fflush(stdout);
	return 0;
}

#endif
