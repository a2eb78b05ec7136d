/* Requests, runs and answers. */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#ifndef SYS_rseq
#if defined(__x86_64__)
#define SYS_rseq 334
#else
#define SYS_rseq 293
#endif
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#if defined(__x86_64__)
#define RSEQ_SIGNATURE 0x53053053
#else
#define RSEQ_SIGNATURE 0xd428bc00
#endif

/* How often a server looks whether its driver still lives, in seconds. */
#define WATCH_SECONDS 1

void state_write(const struct state *s, const void *field, const void *value, size_t n)
{
	sys4(SYS_pwrite64, s->fd, value, n, (uint64_t)field - (uint64_t)s);
}

static void wake(uint32_t *word)
{
	sys3(SYS_futex, word, FUTEX_WAKE, 1);
}

void reason_set(struct shim_control *c, const char *reason, const char *detail)
{
	size_t at = 0;
	for (int part = 0; part < 2; part++) {
		const char *text = part ? detail : reason;
		if (!text)
			continue;
		if (part && at + 2 < sizeof c->reason) {
			c->reason[at++] = ':';
			c->reason[at++] = ' ';
		}
		while (*text && at + 1 < sizeof c->reason)
			c->reason[at++] = *text++;
	}
	c->reason[at] = 0;
}

void server_unsuitable(struct shim_control *c, const char *reason, const char *detail)
{
	reason_set(c, reason, detail);
	__atomic_store_n(&c->state, SHIM_UNSUITABLE, __ATOMIC_RELEASE);
	wake(&c->state);
	leave(0);
}

/* ---- In the run's own process ---------------------------------------------- */

NORETURN static void child_fail(const struct state *s, enum shim_step step, long error)
{
	s->control->step = step;
	s->control->error = (int32_t)-error;
	leave(126);
}

static void child_limits(const struct state *s)
{
	static const int resource[SHIM_LIMITS] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS,
						  RLIMIT_STACK, RLIMIT_NPROC, RLIMIT_NOFILE};
	/* One byte: no core file, and no program to take the core either (core(5)). */
	struct rlimit core = {1, 1};
	sys4(SYS_prlimit64, 0, RLIMIT_CORE, &core, 0);
	for (int i = 0; i < SHIM_LIMITS; i++) {
		uint64_t value = s->control->limits[i];
		if (value == SHIM_NO_LIMIT)
			continue;
		struct rlimit limit = {value, value};
		if (i == SHIM_LIMIT_CPU)
			limit.rlim_max++; /* SIGXCPU first, which says what happened */
		if (i == SHIM_LIMIT_AS && s->mode == SHIM_SNAPSHOT)
			limit.rlim_cur = limit.rlim_max = value + s->address_space;
		long r = sys4(SYS_prlimit64, 0, resource[i], &limit, 0);
		if (failed(r))
			child_fail(s, SHIM_STEP_LIMIT, r);
	}
}

static void child_files(const struct state *s)
{
	const struct shim_control *c = s->control;
	unsigned first_unused = 0;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++) {
		if (c->fd_file[i] < 0)
			continue;
		for (; first_unused < i; first_unused++)
			sys1(SYS_close, first_unused);
		long r = sys3(SYS_dup3, s->file[c->fd_file[i]], i, 0);
		if (failed(r))
			child_fail(s, SHIM_STEP_FILES, r);
		first_unused = i + 1;
	}
	if (s->have_close_range) {
		sys3(SYS_close_range, first_unused, ~0u, 0);
		return;
	}
	for (; first_unused < 64; first_unused++)
		sys1(SYS_close, first_unused);
}

void server_child(const struct state *s)
{
	/* A group of its own, but not a session: for each session the scheduler
	 * makes a group too, which costs as much as the process itself. */
	long r = sys2(SYS_setpgid, 0, 0);
	if (failed(r))
		child_fail(s, SHIM_STEP_GROUP, r);
	sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	child_limits(s);
	child_files(s);
	if (s->robust_size)
		sys2(SYS_set_robust_list, s->robust, s->robust_size);
	if (s->rseq_size)
		sys4(SYS_rseq, s->rseq, s->rseq_size, 0, RSEQ_SIGNATURE);

	shim_target = s->target;
	if (s->stop == SHIM_AT_START) {
		shim_target.args[1] = s->argc;
		shim_target.args[2] = (uint64_t)s->room;
		if (s->environ)
			*s->environ = (char **)s->room + s->argc + 1;
	} else {
		shim_target.result = shim_target.args[0] = arguments_read(s);
	}
	if (s->mode == SHIM_SNAPSHOT)
		shim_enter(NULL, 0);
	shim_enter(s->control, s->end - (uint64_t)s->control);
}

/* ---- In the server ----------------------------------------------------------- */

/* Reads the next of this process's children from /proc; 0 if there is none. */
static long child_next(const struct state *s)
{
	char path[48] = "/proc/self/task/";
	char *at = path + text_length(path);
	char digits[12];
	int n = 0;
	for (int left = s->self; left; left /= 10)
		digits[n++] = (char)('0' + left % 10);
	while (n)
		*at++ = digits[--n];
	memcpy(at, "/children", sizeof "/children");
	char text[32];
	long fd = sys3(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (failed(fd))
		return 0;
	long got = sys3(SYS_read, fd, text, sizeof text - 1);
	sys1(SYS_close, fd);
	if (got <= 0)
		return 0;
	text[got] = 0;
	const char *p = text;
	return (long)text_number(&p, 10);
}

/* Ends what the run left behind: orphans become this process's children. Returns
 * how many there were, or -1 if some are left. */
static int stragglers_end(const struct state *s)
{
	int ended = 0;
	for (int tries = 0; tries < 100000; tries++) {
		long r = sys4(SYS_wait4, -1, 0, WNOHANG | __WALL, 0);
		if (r == -ECHILD)
			return ended;
		if (r > 0) {
			ended++;
			continue;
		}
		/* Under a user id of its own, everything at once: no fork can slip
		 * through. kill(-1) spares the caller. */
		if (s->own_uid)
			sys2(SYS_kill, -1, SIGKILL);
		long child = child_next(s);
		if (child > 0)
			sys2(SYS_kill, child, SIGKILL);
		else if (!s->own_uid)
			return -1;
		r = sys4(SYS_wait4, -1, 0, __WALL, 0);
		ended += r > 0;
	}
	return -1;
}

/* A program may have changed the descriptors' shared flags, such as O_NONBLOCK. */
static void files_repair(const struct state *s)
{
	for (uint32_t i = 0; i < s->files; i++)
		if (sys2(SYS_fcntl, s->file[i], F_GETFL) != s->file_flags[i])
			sys3(SYS_fcntl, s->file[i], F_SETFL, s->file_flags[i]);
}

static int request_valid(const struct state *s)
{
	const struct shim_control *c = s->control;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		if (c->fd_file[i] >= (int)s->files)
			return 0;
	return 1;
}

static void files_prepare(const struct state *s)
{
	const struct shim_control *c = s->control;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++) {
		if (c->fd_file[i] < 0)
			continue;
		if (c->fd_action[i] & SHIM_TRUNCATE)
			sys2(SYS_ftruncate, s->file[c->fd_file[i]], 0);
		if (c->fd_action[i] & SHIM_REWIND)
			sys3(SYS_lseek, s->file[c->fd_file[i]], 0, 0);
	}
}

static void publish(const struct state *s)
{
	struct shim_control *c = s->control;
	c->child = 0;
	__atomic_store_n(&c->busy, SHIM_IDLE, __ATOMIC_RELEASE);
	wake(&c->busy);
}

static void await(const struct state *s, uint64_t served)
{
	struct shim_control *c = s->control;
	struct timespec {
		long seconds, nanoseconds;
	} watch = {WATCH_SECONDS, 0};
	for (;;) {
		uint32_t go = __atomic_load_n(&c->go, __ATOMIC_ACQUIRE);
		if (go == (uint32_t)(served + 1))
			return;
		long r = sys4(SYS_futex, &c->go, FUTEX_WAIT, go, &watch);
		if (r == -ETIMEDOUT && sys0(SYS_getppid) != s->parent)
			leave(0);
	}
}

NORETURN static void serve(const struct state *s, uint64_t served)
{
	for (;;) {
		await(s, served);
		served++;
		struct shim_control *c = s->control;
		c->step = SHIM_STEP_NONE;
		c->error = 0;
		c->stragglers = 0;
		if (!request_valid(s)) {
			c->step = SHIM_STEP_FILES;
			c->error = EINVAL;
		} else if (!arguments_install(s)) {
			c->step = SHIM_STEP_ARGS;
			c->error = E2BIG;
		}
		if (c->step == SHIM_STEP_NONE)
			break;
		publish(s);
	}
	files_prepare(s);
	uint64_t flags = SIGCHLD | CLONE_PARENT_SETTID;
	if (s->thread_id)
		flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
	if (s->mode == SHIM_SNAPSHOT) {
		flags |= CLONE_VM;
		/* The peak of resident memory starts anew. */
		sys3(SYS_write, s->clear_refs, "5", 1);
	}
	shim_run(flags, &s->control->child, s->thread_id, s, served, s->scratch + STACK_SIZE);
}

void server_begin(const struct state *s)
{
	struct shim_control *c = s->control;
	if (s->mode == SHIM_SNAPSHOT) {
		const char *why = snapshot_settle(s);
		if (why)
			server_unsuitable(c, why, NULL);
		c->mapped = s->copies_count;
	}
	__atomic_store_n(&c->busy, SHIM_IDLE, __ATOMIC_RELEASE);
	__atomic_store_n(&c->state, SHIM_READY, __ATOMIC_RELEASE);
	wake(&c->state);
	serve(s, 0);
}

/* Collects the run's process, which has ended (or is being traced by us, because
 * it asked for that). */
static long collect(long process, int *status, struct rusage *usage)
{
	for (;;) {
		long r = sys4(SYS_wait4, process, status, __WALL, usage);
		if (r == -EINTR)
			continue;
		if (r != process || !WIFSTOPPED(*status))
			return r;
		sys2(SYS_kill, process, SIGKILL);
	}
}

static uint64_t microseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

void server_after_run(const struct state *s, long process, uint64_t request)
{
	struct shim_control *c = s->control;
	if (failed(process)) {
		c->step = SHIM_STEP_CLONE;
		c->error = (int32_t)-process;
		publish(s);
		serve(s, request);
	}
	int status = 0;
	struct rusage usage;
	const char *why = NULL;
	if (collect(process, &status, &usage) != process)
		leave(71);
	int left = stragglers_end(s);
	if (left < 0)
		why = "it leaves processes behind that cannot be ended";

	c->status = status;
	c->stragglers = left > 0 ? (uint32_t)left : 0;
	c->user_us = microseconds(usage.ru_utime);
	c->system_us = microseconds(usage.ru_stime);
	c->max_rss = (uint64_t)usage.ru_maxrss * 1024;
	c->faults = (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
	files_repair(s);
	if (s->mode == SHIM_SNAPSHOT && !why) {
		/* Processes nobody waited for may have shared the memory. */
		uint64_t faults = left ? UINT64_MAX : c->faults;
		why = snapshot_restore(s, faults, request, &c->max_rss);
	}
	if (!why) {
		publish(s);
		serve(s, request);
	}
	reason_set(c, why, NULL);
	c->fallback = 1;
	publish(s);
	leave(0);
}
