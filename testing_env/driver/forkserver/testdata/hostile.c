// Attacks on the server, by name; without a name, an honest program.
// flags: -pthread
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int data[100] = {1, 2, 3};
static int zero[5000];

struct map {
	uint64_t start, end;
	char prot[5];
	char name[200];
};
static struct map maps[300];
static int count;

static void read_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[600];
	while (f && fgets(line, sizeof line, f) && count < 300) {
		struct map *m = &maps[count];
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %199s", &m->start, &m->end, m->prot, m->name) >= 3)
			count++;
	}
}

static int is_stack(const struct map *m) { return !strcmp(m->name, "[stack]"); }
static int is_shim(const struct map *m) { return strstr(m->name, "memfd:stresstester") != NULL; }
static int is_kernel(const struct map *m) { return m->name[0] == '[' && m->name[1] == 'v'; }

/* The memory shared with the driver, where protocol.h says. */
static char *control(void)
{
	for (int i = 0; i < count; i++)
		if (strstr(maps[i].name, "stresstester-control"))
			return (char *)maps[i].start;
	return calloc(10, 4096); /* a fork server's programs do not have it */
}

static void fill(uint64_t start, uint64_t end)
{
	for (uint64_t *p = (uint64_t *)start; p < (uint64_t *)end; p++)
		*p = 0xdeadbeefdeadbeef;
}

/* Without libc from here on: it is being destroyed. */
static long raw(long n, long a, long b, long c, long d, long e, long f)
{
	long ret;
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall" : "=a"(ret) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
#else
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	ret = x0;
#endif
	return ret;
}

static void *spin(void *arg)
{
	for (volatile long i = 0;; i++)
		;
	return arg;
}

static void attack(const char *name)
{
	if (!strcmp(name, "kill-parent"))
		kill(getppid(), SIGKILL);
	if (!strcmp(name, "stop-parent"))
		kill(getppid(), SIGSTOP);
	if (!strcmp(name, "stop-itself"))
		raise(SIGSTOP);
	if (!strcmp(name, "kill-group"))
		kill(0, SIGKILL);
	if (!strcmp(name, "kill-everybody")) {
		if (getuid() != 0)
			kill(-1, SIGKILL);
	}
	if (!strcmp(name, "loop"))
		spin(NULL);
	if (!strcmp(name, "sleep"))
		for (;;)
			pause();
	if (!strcmp(name, "threads")) {
		pthread_t t;
		for (int i = 0; i < 5; i++)
			pthread_create(&t, NULL, spin, NULL);
		pthread_exit(NULL);
	}
	if (!strcmp(name, "trace-me")) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGTRAP);
	}
	if (!strcmp(name, "trace-parent")) {
		ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
		for (;;)
			pause();
	}
	if (!strcmp(name, "vfork-loop")) {
		if (vfork() == 0)
			spin(NULL);
	}
	if (!strcmp(name, "brood")) {
		for (int i = 0; i < 8; i++)
			if (fork() == 0) {
				setsid();
				prctl(PR_SET_PDEATHSIG, 0);
				spin(NULL);
			}
	}
	if (!strcmp(name, "breeding")) {
		/* Each dies right after it has made the next. */
		for (int i = 0; fork() == 0 && i < 2000; i++)
			;
	}
	if (!strcmp(name, "bomb")) {
		/* Only where the number of processes is limited. */
		for (int i = 0; getuid() != 0; i++) {
			pid_t pid = fork();
			if (pid == 0)
				setsid();
			if (pid < 0)
				usleep(2000);
		}
	}
	if (!strcmp(name, "no-death-signal")) {
		prctl(PR_SET_PDEATHSIG, 0);
		alarm(20); /* it would survive the server; not for ever, in a test */
		kill(getppid(), SIGKILL);
		spin(NULL);
	}
	if (!strcmp(name, "not-dumpable")) {
		prctl(PR_SET_DUMPABLE, 0);
		mlockall(MCL_CURRENT | MCL_FUTURE);
	}
	if (!strcmp(name, "seal")) {
		/* Later kernels: pages that cannot be unmapped or changed. */
		for (int i = 0; i < count; i++)
			if (maps[i].prot[1] == 'w' && !is_stack(&maps[i]) && !is_shim(&maps[i]))
				syscall(462, maps[i].start, maps[i].end - maps[i].start, 0);
		char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		syscall(462, p, 8192, 0);
	}
	if (!strcmp(name, "read-only"))
		mprotect((void *)((uint64_t)zero & ~4095ul), 8192, PROT_READ);
	if (!strcmp(name, "hole"))
		munmap((void *)((uint64_t)(zero + 1024) & ~4095ul), 4096);
	if (!strcmp(name, "replace"))
		mmap((void *)((uint64_t)(zero + 1024) & ~4095ul), 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!strcmp(name, "scribble"))
		for (int i = 0; i < count; i++)
			if (maps[i].prot[1] == 'w' && !is_stack(&maps[i]))
				fill(maps[i].start, maps[i].end);
	if (!strcmp(name, "scribble-shim"))
		for (int i = 0; i < count; i++)
			if (maps[i].prot[1] == 'w' && maps[i].start >> 40 != (uint64_t)&name >> 40 && maps[i].start >> 40 != (uint64_t)data >> 40)
				fill(maps[i].start, maps[i].end);
	if (!strcmp(name, "protect-and-scribble"))
		for (int i = 0; i < count; i++)
			if (is_shim(&maps[i]) && raw(SYS_mprotect, maps[i].start, maps[i].end - maps[i].start, 3, 0, 0, 0) == 0)
				fill(maps[i].start, maps[i].end);
	if (!strcmp(name, "map-over"))
		for (int i = 0; i < count; i++)
			if (is_shim(&maps[i]))
				raw(SYS_mmap, maps[i].start, maps[i].end - maps[i].start, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!strcmp(name, "unmap-shim"))
		for (int i = 0; i < count; i++)
			if (is_shim(&maps[i]) || strstr(maps[i].name, "shim"))
				raw(SYS_munmap, maps[i].start, maps[i].end - maps[i].start, 0, 0, 0, 0);
	if (!strcmp(name, "unmap-everything"))
		for (int i = 0; i < count; i++)
			if (!is_kernel(&maps[i]) && !strstr(maps[i].name, "hostile"))
				raw(SYS_munmap, maps[i].start, maps[i].end - maps[i].start, 0, 0, 0, 0);
	if (!strcmp(name, "forge-answer")) {
		uint32_t *answered = (uint32_t *)(control() + 0x1000);
		mprotect(answered, 4096, PROT_READ | PROT_WRITE);
		syscall(SYS_futex, answered, FUTEX_WAKE, 1);
		(*answered)++; /* crashes, as the page cannot be written to */
	}
	if (!strcmp(name, "wake-driver")) {
		for (int i = 0; i < 1000; i++)
			syscall(SYS_futex, control() + 0x1000, FUTEX_WAKE, 1);
		usleep(2000);
	}
	if (!strcmp(name, "forge-failure")) {
		memset(control() + 0x2000, 4, 12);
		_exit(126);
	}
	if (!strcmp(name, "forge-pid")) {
		*(uint32_t *)(control() + 0x2000) = atoi(getenv("VICTIM"));
		for (;;)
			pause();
	}
}

int main(int argc, char **argv)
{
	int sum = data[0] + data[99] + zero[0] + zero[4999] + zero[1500];
	data[0] = data[99] = zero[0] = zero[4999] = zero[1500] = 7;
	if (argc > 1 && argv[1][0]) {
		read_maps();
		attack(argv[1]);
	}
	printf("%d %d\n", sum, argc);
	return 0;
}
