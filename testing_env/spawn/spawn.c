/*
 * spawn starts programs for the driver: one at a time, each with its own user
 * id, limits and descriptors, and tells how they ended.
 *
 * Why it is not part of the driver: the peak resident set that the kernel
 * reports for a program includes that of the process which forked it, so the
 * forking process must be tiny; and vfork from a multi-threaded Go process is
 * not something to rely on. This program has no threads, no heap and a few
 * hundred kilobytes.
 *
 * It runs as root with the container's few capabilities. Everything it is told
 * comes from the driver over a SOCK_SEQPACKET socket at descriptor 3, a request
 * at a time; what it runs can neither see the socket nor this process' memory.
 * Its control page, at descriptor 4, is shared with the driver and with nobody
 * else: it publishes the running program's pid, and lets the driver kill it
 * without ever hitting a recycled pid (see "state" below).
 *
 * The layouts of struct request, struct reply and struct control are mirrored in
 * testing_env/driver/process/spawner.go.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROTOCOL 2u
#define MAGIC 0x53545350u /* "STSP" */
#define MAX_FDS 20
#define MAX_BLOB (128 * 1024)
#define MAX_STRINGS 4096
#define FIRST_FREE_FD 32
/* FLAG_SWEEP: start nothing, only kill what runs under the user id. */
enum { FLAG_PDEATH = 1, FLAG_SWEEP = 2 };

struct request {
	uint32_t magic, protocol;
	uint32_t uid, gid;
	uint32_t fds;   /* descriptors that come along; they become 0, 1, 2, … */
	uint32_t flags;
	uint32_t argc, envc;
	uint64_t address_space, file_size, processes, stack, files, cpu_seconds;
	uint32_t blob; /* length of what follows: folder, path, argv…, env…, each ended by NUL */
	uint32_t sweeper; /* a user id that no other process has: see kill_all */
};

struct reply {
	uint32_t magic;
	int32_t error; /* errno of the step that failed, 0 where the program was started */
	int32_t step;  /* which step that was */
	int32_t status; /* as wait4 gives it */
	uint64_t user_us, system_us, wall_ns, max_rss_kb;
	uint64_t ended_ns; /* CLOCK_MONOTONIC when it ended, to tell which of two ended first */
	uint32_t leftovers; /* processes that outlived the program and were killed */
	uint32_t reserved;
};

/* state: the driver may kill the pid only after it has moved RUNNING to KILLING,
 * and the pid is reaped only after this side has moved RUNNING to REAPING. */
enum { IDLE = 0, RUNNING = 1, KILLING = 2, REAPING = 3 };

struct control {
	_Atomic int32_t state;
	_Atomic int32_t pid;
};

enum step { STEP_NONE, STEP_REQUEST, STEP_FORK, STEP_FDS, STEP_CHDIR, STEP_LIMITS, STEP_IDS, STEP_EXEC };

static struct control *control;
static int sock;
static char message[sizeof(struct request) + MAX_BLOB];
static char *strings[MAX_STRINGS + 4];

static volatile int child_error, child_step;

static void die(int code) { _exit(code); }

static int limit(int what, uint64_t value)
{
	struct rlimit now, want = {value, value};
	if (getrlimit(what, &now) != 0)
		return -1;
	/* Without CAP_SYS_RESOURCE a hard limit only goes down. */
	if (want.rlim_cur > now.rlim_max)
		want.rlim_cur = now.rlim_max;
	want.rlim_max = want.rlim_cur;
	return setrlimit(what, &want);
}

/* A limit that gVisor's kernel does not let anybody set, or does not know. Nothing is
 * lost there: it writes no core files, message queues are refused by the filter, and
 * the driver's watch counts processes. */
static int limit_where_known(int what, uint64_t value)
{
	int before = errno;
	if (limit(what, value) == 0)
		return 0;
	if (errno != EPERM && errno != EINVAL)
		return -1;
	errno = before;
	return 0;
}

static void fail(int step)
{
	child_error = errno;
	child_step = step;
	_exit(127);
}

/* Runs between vfork and exec: system calls only, no locks, no allocation. */
static void become(const struct request *r, const int *fds, const char *folder, const char *path, char **argv, char **env)
{
	setsid();
	for (uint32_t i = 0; i < r->fds; i++)
		if (dup2(fds[i], (int)i) < 0)
			fail(STEP_FDS);
	if (chdir(folder) != 0)
		fail(STEP_CHDIR);
	if (limit_where_known(RLIMIT_CORE, 0) || limit_where_known(RLIMIT_MSGQUEUE, 0) ||
	    limit_where_known(RLIMIT_NPROC, r->processes) || limit(RLIMIT_AS, r->address_space) ||
	    limit(RLIMIT_FSIZE, r->file_size) || limit(RLIMIT_STACK, r->stack) || limit(RLIMIT_NOFILE, r->files) ||
	    limit(RLIMIT_CPU, r->cpu_seconds))
		fail(STEP_LIMITS);
	/* The raw calls: glibc's wrappers want to tell other threads. */
	if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, r->gid, r->gid, r->gid) != 0 ||
	    syscall(SYS_setresuid, r->uid, r->uid, r->uid) != 0)
		fail(STEP_IDS);
	if (getuid() != r->uid || geteuid() != r->uid || getgid() != r->gid || syscall(SYS_setuid, 0) == 0)
		fail(STEP_IDS);
	if (r->flags & FLAG_PDEATH)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(path, argv, env);
	fail(STEP_EXEC);
}

/* Kills everything that runs under the user id. Once is enough: the kernel does
 * not let a process fork that has a signal pending.
 *
 * This process itself takes the user id for that moment, because a bomb may have
 * left no room for another process. The effective id selects whom it may kill, and
 * so does the real one: root's would select the driver, and one that spawners share
 * would let them kill each other. The saved id is the way back. Those that are swept
 * cannot kill the sweeper, for they would need its real or saved id. */
static int kill_all(uint32_t uid, uint32_t sweeper)
{
	if (syscall(SYS_setresuid, sweeper, uid, 0) != 0)
		return -1;
	kill(-1, SIGKILL);
	if (syscall(SYS_setresuid, 0, 0, 0) != 0)
		die(20);
	return 0;
}

/* Whether orphans come to this process. Old gVisor has no subreapers: there they go
 * to the driver, as the container's first process. */
static int adopts;

/* Kills everything that runs under the user id, and waits for it. All of it is
 * our child, or becomes it when its parent dies, as this process is a subreaper. */
static uint32_t sweep(uint32_t uid, uint32_t sweeper)
{
	uint32_t killed = 0;
	int block = 0;
	if (!adopts)
		kill_all(uid, sweeper);
	for (;;) {
		pid_t pid = waitpid(-1, NULL, block ? 0 : WNOHANG);
		if (pid > 0) {
			killed++;
			/* Its children are ours now; they have the signal too. */
			continue;
		}
		if (pid < 0 && errno == ECHILD)
			return killed;
		block = kill_all(uid, sweeper) == 0;
		if (!block)
			sched_yield();
	}
}

static uint64_t nanoseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void run(const struct request *r, const int *fds, struct reply *out)
{
	const char *folder = strings[0], *path = strings[1];
	char **argv = strings + 2;
	char **env = strings + 2 + r->argc + 1;

	child_error = child_step = 0;
	uint64_t begin = nanoseconds();
	pid_t pid = vfork();
	if (pid < 0) {
		out->error = errno;
		out->step = STEP_FORK;
		for (uint32_t i = 0; i < r->fds; i++)
			close(fds[i]);
		return;
	}
	if (pid == 0)
		become(r, fds, folder, path, argv, env);
	/* A pipe's end kept open here would hide from its other end that the
	 * program has closed it. */
	for (uint32_t i = 0; i < r->fds; i++)
		close(fds[i]);
	atomic_store(&control->pid, pid);
	atomic_store(&control->state, RUNNING);

	siginfo_t info;
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
		;
	out->ended_ns = nanoseconds();
	out->wall_ns = out->ended_ns - begin;
	for (int expected = RUNNING; !atomic_compare_exchange_strong(&control->state, &expected, REAPING); expected = RUNNING)
		sched_yield();

	struct rusage used;
	while (wait4(pid, &out->status, 0, &used) < 0 && errno == EINTR)
		;
	out->error = child_error;
	out->step = child_step;
	out->user_us = (uint64_t)used.ru_utime.tv_sec * 1000000u + (uint64_t)used.ru_utime.tv_usec;
	out->system_us = (uint64_t)used.ru_stime.tv_sec * 1000000u + (uint64_t)used.ru_stime.tv_usec;
	out->max_rss_kb = (uint64_t)used.ru_maxrss;
	out->leftovers = sweep(r->uid, r->sweeper);
	atomic_store(&control->pid, 0);
	atomic_store(&control->state, IDLE);
}

/* Splits the blob into strings: folder, path, argv, NULL, env, NULL. */
static int split(const struct request *r, char *blob)
{
	if (r->argc < 1 || r->argc > MAX_STRINGS || r->envc > MAX_STRINGS || r->argc + r->envc > MAX_STRINGS - 4)
		return -1;
	if (r->blob == 0 || r->blob > MAX_BLOB || blob[r->blob - 1] != 0)
		return -1;
	uint32_t want = 2 + r->argc + r->envc, got = 0, at = 0;
	char *p = blob, *end = blob + r->blob;
	while (p < end && got < want) {
		if (got == 2 + r->argc)
			strings[at++] = NULL;
		strings[at++] = p;
		got++;
		p += strlen(p) + 1;
	}
	if (got != want || p != end)
		return -1;
	if (r->envc == 0)
		strings[at++] = NULL;
	strings[at] = NULL;
	return 0;
}

static void serve_one(void)
{
	int fds[MAX_FDS];
	uint32_t received = 0;
	union {
		char space[CMSG_SPACE(sizeof(int) * MAX_FDS)];
		struct cmsghdr align;
	} ancillary;
	struct iovec part = {message, sizeof message};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary};

	ssize_t n;
	while ((n = recvmsg(sock, &header, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (n <= 0)
		die(0); /* the driver is gone: it is the container's first process, so all goes with it */
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		uint32_t count = (uint32_t)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		for (uint32_t i = 0; i < count && received < MAX_FDS; i++)
			memcpy(&fds[received++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	}

	struct reply out = {.magic = MAGIC};
	struct request *r = (struct request *)message;
	if ((size_t)n < sizeof *r || r->magic != MAGIC || r->protocol != PROTOCOL || r->fds != received ||
	    (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || (size_t)n != sizeof *r + r->blob || r->uid == 0 || r->gid == 0 || r->sweeper == 0 ||
	    split(r, message + sizeof *r) != 0) {
		out.error = EINVAL;
		out.step = STEP_REQUEST;
		for (uint32_t i = 0; i < received; i++)
			close(fds[i]);
	} else if (r->flags & FLAG_SWEEP) {
		if (kill_all(r->uid, r->sweeper) != 0)
			out.error = errno;
	} else {
		run(r, fds, &out);
	}
	while (send(sock, &out, sizeof out, MSG_NOSIGNAL) < 0) {
		if (errno != EINTR)
			die(0);
	}
}

int main(void)
{
	/* Programs get their descriptors by dup2 to 0, 1, 2, …: everything of ours
	 * moves out of the way, close-on-exec. */
	sock = fcntl(3, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	int page = fcntl(4, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (sock < 0 || page < 0 || null < 0)
		die(10);
	int high = fcntl(null, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	for (int fd = 0; fd < FIRST_FREE_FD; fd++)
		if (dup3(high, fd, O_CLOEXEC) < 0)
			die(11);
	control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
	if (control == MAP_FAILED)
		die(12);
	adopts = prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
	if ((!adopts && errno != EINVAL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die(13);
	if (filter_install() != 0)
		die(14);
	/* A program is a better victim than the driver when memory runs out. */
	int adj = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (adj >= 0) {
		(void)!write(adj, "1000", 4);
		close(adj);
	}
	for (;;)
		serve_one();
}
