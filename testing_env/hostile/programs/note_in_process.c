//: group: Processes
//: tries: to leave the next run a note in what a process has: memory of every kind, environment, signals, masks, limits,
//:     timers, mappings, descriptors, filters, the state of the C library
//: expect: tested=OK brute=OK generator=OK validator=OK checker=OK
//: why: a run from a snapshot begins with all of that as a fresh process does
#include "hostile.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { MARK = 0x4e6f7465, SLACK = 12345, FILES = 99, KEPT = 77, REFUSED = 111 };
static int zeroed;
static int initialised = 1;
static __thread int own;
static volatile int large[1 << 18];
static void *const place = (void *)0x200000000000;

__attribute__((noinline)) static int on_the_stack(int leave)
{
	volatile int deep[4096];
	int found = 0;
	for (int i = 0; i < 4096; i++) {
		/* What is not yet written is what is looked for. */
		__asm__ volatile("" : : "r"(deep) : "memory");
		found += deep[i] == MARK;
		if (leave)
			deep[i] = MARK;
	}
	return found;
}

static void look(void)
{
	struct rlimit files;
	sigset_t blocked;
	struct sigaction action;
	char name[17] = "", folder[4096] = "";
	mode_t mask = umask(022);
	if (zeroed || initialised != 1 || own || large[1 << 17])
		breach("a variable was kept");
	if (on_the_stack(0) > 100)
		breach("the stack was kept");
	int *heap = (int *)malloc(1 << 16);
	for (int i = 0; heap && i < (1 << 14); i++)
		if (heap[i] == MARK)
			breach("the heap was kept");
	free(heap);
	if (getenv("NOTE"))
		breach("the environment was kept");
	sigaction(SIGUSR1, NULL, &action);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	if (action.sa_handler != SIG_DFL || sigismember(&blocked, SIGUSR2))
		breach("signals were kept");
	if (alarm(0) != 0)
		breach("a timer was kept");
	if (mask == 0777 || (getcwd(folder, sizeof folder) && strcmp(folder, "/proc") == 0))
		breach("the mask or the folder was kept");
	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == FILES)
		breach("a limit was kept");
	prctl(PR_GET_NAME, name);
	if (strcmp(name, "note") == 0 || prctl(PR_GET_TIMERSLACK) == SLACK || getpriority(PRIO_PROCESS, 0) == 13)
		breach("the name, the slack or the niceness was kept");
	if (fcntl(KEPT, F_GETFD) >= 0)
		breach("a descriptor was kept");
	if (syscall(SYS_sched_get_priority_max, SCHED_OTHER) < 0 && errno == REFUSED)
		breach("a filter was kept");
	void *p = mmap(place, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (p != place || *(int *)p == MARK)
		breach("a mapping was kept");
	if (rand() != 1804289383)
		breach("the C library's state was kept");
}

static void leave(void)
{
	struct rlimit files = {FILES, FILES};
	sigset_t blocked;
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_get_priority_max, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSED),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {4, rules};
	zeroed = initialised = own = MARK;
	large[1 << 17] = MARK;
	on_the_stack(1);
	for (int n = 0; n < 64; n++) {
		int *heap = (int *)malloc(1 << 12);
		for (int i = 0; heap && i < (1 << 10); i++)
			((volatile int *)heap)[i] = MARK;
	}
	*(int *)place = MARK;
	setenv("NOTE", "kept", 1);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	alarm(1000);
	umask(0777);
	dup2(1, KEPT);
	setrlimit(RLIMIT_NOFILE, &files);
	prctl(PR_SET_NAME, "note");
	prctl(PR_SET_TIMERSLACK, SLACK);
	setpriority(PRIO_PROCESS, 0, 13);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
	if (chdir("/proc") != 0)
		breach("/proc is gone");
}

int main(int argc, char **argv)
{
	look();
	int status = honest(argc, argv);
	leave();
	return status;
}
