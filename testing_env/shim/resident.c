/* Runs that share one process, one after the other.
 *
 * Making a process for each run, and collecting it, costs more than most programs do.
 * A snapshot's process need not end, as long as the program leaves nothing in the
 * kernel that a new process would not have. So the first run's process installs a
 * filter on its system calls (seccomp(2)) that lets through what leaves no trace:
 * reading and writing the descriptors it was given, memory, clocks. libc's _exit is
 * made to come here instead; memory is restored, the answer is given, and the program
 * starts again for the next request.
 *
 * Whatever else a program does ends its process: a crash, a limit, another exit
 * status as it would anyway, a system call out of the ordinary by the filter. Then the
 * server, which waits for that all the time, restores and answers as for any run; after
 * the filter it makes the run again in a process of its own, and so all later ones.
 *
 * The process keeps the descriptors by which it restores and answers. The filter keeps
 * the program from using them: calls from outside the shim may name the lowest
 * descriptors only. */
#define _GNU_SOURCE
#include "snapshot.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <asm/ioctls.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

/* A process that has used so much processor time makes place for a new one: its limit
 * counts all of its runs. */
#define RETIRE_US 500000

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* Whether there may be such processes stands in the state itself. */
const struct state *shim_here;

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(field))
#define FIELD(name) offsetof(struct seccomp_data, name)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (yes), (no))
#define AT_LEAST(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(value), (yes), (no))
/* The low half of an argument, which is all there is to a descriptor or flags. */
#define ARGUMENT(i) (FIELD(args) + 8 * (i))

/* Calls that leave no trace whatever their arguments, and whose answer does not tell of
 * earlier runs. So not getpid, for who seeds a generator with that wants another number in
 * each run, and nothing about processor time, which a fresh process has not used yet. */
static const uint16_t harmless[] = {
	SYS_madvise, SYS_futex, SYS_clock_getres, SYS_gettimeofday, SYS_getrandom, SYS_sched_yield,
	SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
	SYS_nanosleep, SYS_clock_nanosleep, SYS_uname, SYS_sysinfo,
	SYS_exit_group, SYS_restart_syscall,
#ifdef SYS_time
	SYS_time,
#endif
};
/* Where libc's functions for these come to the shim, nobody else may call the kernel: what
 * is mapped must be known, and what is read and written need not be in the files. */
static const uint16_t on_memory[] = {SYS_munmap, SYS_mprotect, SYS_brk, SYS_mremap};
static const uint16_t on_descriptor[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_lseek, SYS_fstat,
};

struct program {
	struct sock_filter code[192];
	uint16_t count;
};

static void add(struct program *p, struct sock_filter f) { p->code[p->count++] = f; }

/* Lets through the calls of the list, with the descriptor checked if asked. */
static void add_list(struct program *p, const uint16_t *list, size_t count, int descriptor)
{
	for (size_t i = 0; i < count; i++) {
		add(p, (struct sock_filter)EQUAL(list[i], 0, descriptor ? 4 : 1));
		if (descriptor) {
			add(p, (struct sock_filter)LOAD(ARGUMENT(0)));
			add(p, (struct sock_filter)AT_LEAST(OWN_FD, 0, 1));
			add(p, (struct sock_filter)REFUSE);
		}
		add(p, (struct sock_filter)ALLOW);
	}
}

static void add_checked(struct program *p, uint32_t call, uint32_t argument, uint32_t mask, uint32_t value)
{
	add(p, (struct sock_filter)EQUAL(call, 0, 5));
	add(p, (struct sock_filter)LOAD(ARGUMENT(argument)));
	add(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
	add(p, (struct sock_filter)EQUAL(value, 0, 1));
	add(p, (struct sock_filter)ALLOW);
	add(p, (struct sock_filter)REFUSE);
}

/* Clocks of the world, but not those of the process and its threads. */
static void add_clocks(struct program *p)
{
	static const int world[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
				    CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME};
	const uint8_t count = sizeof world / sizeof *world;
	add(p, (struct sock_filter)EQUAL(SYS_clock_gettime, 0, 2 + 2 * count));
	add(p, (struct sock_filter)LOAD(ARGUMENT(0)));
	for (uint8_t i = 0; i < count; i++) {
		add(p, (struct sock_filter)EQUAL(world[i], 0, 1));
		add(p, (struct sock_filter)ALLOW);
	}
	add(p, (struct sock_filter)REFUSE);
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

static long filter_install(const struct state *s)
{
	struct program p = {.count = 0};
	add(&p, (struct sock_filter)LOAD(FIELD(arch)));
	add(&p, (struct sock_filter)EQUAL(ARCH, 1, 0));
	add(&p, (struct sock_filter)REFUSE);
	/* The shim's own calls: its code lies within one range of 4 GiB (see resident_begin). */
	add(&p, (struct sock_filter)LOAD(FIELD(instruction_pointer) + 4));
	add(&p, (struct sock_filter)EQUAL(s->text >> 32, 0, 4));
	add(&p, (struct sock_filter)LOAD(FIELD(instruction_pointer)));
	add(&p, (struct sock_filter)AT_LEAST(s->text, 0, 2));
	add(&p, (struct sock_filter)AT_LEAST(s->text_end, 1, 0));
	add(&p, (struct sock_filter)ALLOW);
	add(&p, (struct sock_filter)LOAD(FIELD(nr)));
	add_list(&p, harmless, COUNT(harmless), 0);
	if (!s->files_guarded)
		add_list(&p, on_descriptor, COUNT(on_descriptor), 1);
	if (!s->memory_guarded) {
		add_list(&p, on_memory, COUNT(on_memory), 0);
		add_checked(&p, SYS_mmap, 3, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS);
	}
	add_clocks(&p);
	add_checked(&p, SYS_ioctl, 1, ~0u, TCGETS);
	add(&p, (struct sock_filter)REFUSE);
	struct sock_fprog program = {.len = p.count, .filter = p.code};
	long r = sys5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return failed(r) ? r : sys3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static uint64_t microseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

void spent_read(const struct rusage *u, struct spent *out)
{
	out->user_us = microseconds(u->ru_utime);
	out->system_us = microseconds(u->ru_stime);
	out->faults = (uint64_t)u->ru_minflt + (uint64_t)u->ru_majflt;
}

/* Whether the request can be served by the process that served the last one. */
static int same_terms(const struct state *s)
{
	const struct shim_request *c = s->request;
	for (int i = 0; i < SHIM_LIMITS; i++)
		if (c->limits[i] != s->terms.limits[i])
			return 0;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		if (c->fd_file[i] != s->terms.fd_file[i])
			return 0;
	return 1;
}

static int request_waits(const struct state *s, uint32_t number)
{
	return __atomic_load_n(&s->request->go, __ATOMIC_ACQUIRE) != number;
}

/* The next run: back to the program, in this process or, when the server has taken
 * over, in another. */
NORETURN static void resume(const struct state *s, uint32_t number)
{
	while (!request_waits(s, number))
		sys4(SYS_futex, &s->request->go, FUTEX_WAIT, number, NULL);
	const struct spent *spent = &server_said(s)->spent;
	if (spent->user_us + spent->system_us > RETIRE_US || !same_terms(s) || !server_accepts(s))
		resident_leave(s, 0);
	server_ready(s);
	s->run->child = (uint32_t)s->resident_id;
	server_enter(s);
}

/* The registrations of the thread live in the program's memory, and the kernel's part
 * of them is not to be taken back. */
struct registered {
	uint32_t rseq[8];
};

static void finish(void *arg)
{
	const struct state *s = arg;
	arithmetic_restore(&s->arithmetic); /* the shim's own code relies on it, too */
	struct shim_answer a = {.step = SHIM_STEP_NONE};
	struct rusage usage;
	struct spent now;
	uint32_t number = s->request->go;
	sys2(SYS_getrusage, RUSAGE_SELF, &usage);
	spent_read(&usage, &now);
	const struct spent *before = &server_said(s)->spent;
	a.user_us = now.user_us - before->user_us;
	a.system_us = now.system_us - before->system_us;
	a.faults = now.faults - before->faults;
	a.max_rss = (uint64_t)usage.ru_maxrss * 1024;
	a.spent = now;
	a.resident = 1;
	if (s->request->express)
		express_tell(s, &a);

	struct registered r;
	uint32_t *rseq = (uint32_t *)s->rseq;
	if (s->rseq_size)
		memcpy(r.rseq, rseq, sizeof r.rseq);
	if (snapshot_restore(s, a.faults != 0, number, &a))
		resident_leave(s, 0); /* the server will find the same, and say so */
	if (s->rseq_size) {
		r.rseq[2] = r.rseq[3] = 0; /* no critical section is under way */
		memcpy(rseq, r.rseq, sizeof r.rseq);
	}
	if (s->thread_id)
		*s->thread_id = s->resident_id;
	server_publish(s, number, &a);
	resume(s, number);
}

/* In the place of libc's _exit. */
NORETURN static void exit_here(int status)
{
	const struct state *s = resident_here();
	if (!s || status)
		leave(status);
	shim_switch(s->scratch + STACK_SIZE, finish, (void *)s);
}

/* The mapping that holds this code. */
static int text_find(struct state *w)
{
	const struct mapping *list = scratch_mappings(w);
	int count = mappings_read(w);
	for (int i = 0; i < count; i++) {
		if ((uint64_t)exit_here < list[i].start || (uint64_t)exit_here >= list[i].end)
			continue;
		w->text = list[i].start;
		w->text_end = list[i].end;
		return w->text >> 32 == w->text_end >> 32;
	}
	return 0;
}

void resident_begin(struct state *w, const struct state *later)
{
	shim_here = later;
	w->resident = (uint32_t)divert("_exit", exit_here);
	w->files_guarded = (uint32_t)express_begin();
}

void resident_locate(struct state *w)
{
	w->resident = w->resident && text_find(w);
}

int resident_suits(const struct state *s)
{
	return s->resident && s->request->limits[SHIM_LIMIT_FSIZE] >= s->size;
}

void resident_leave(const struct state *s, int error)
{
	s->run->step = SHIM_STEP_RETIRED;
	s->run->error = error;
	leave(SHIM_STEP_EXIT);
}

void resident_refuse(const struct state *s) { resident_leave(s, ENOSYS); }

void resident_overflow(const struct state *s) { resident_leave(s, EFBIG); }

void resident_enter(const struct state *s)
{
	state_set(s, resident_id, int, (int)sys0(SYS_getpid));
	long r = filter_install(s);
	if (failed(r))
		resident_leave(s, (int)-r);
}
