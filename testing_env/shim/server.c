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
#define PEAK_EVERY 16

void state_write(const struct state *s, const void *field, const void *value, size_t n)
{
	sys4(SYS_pwrite64, s->fd, value, n, (uint64_t)field - (uint64_t)s);
}

static void answer_put(int control, size_t offset, const void *value, size_t n)
{
	sys4(SYS_pwrite64, control, value, n, SHIM_ANSWER_OFFSET + offset);
}

void server_state(int control, enum shim_state state)
{
	uint32_t value = state;
	answer_put(control, offsetof(struct shim_answer, state), &value, sizeof value);
}

static void reason_put(int control, const char *reason, const char *detail)
{
	char text[sizeof((struct shim_answer *)0)->reason] = {0};
	size_t at = 0;
	for (int part = 0; part < 2; part++) {
		const char *from = part ? detail : reason;
		if (!from)
			continue;
		if (part && at + 2 < sizeof text) {
			text[at++] = ':';
			text[at++] = ' ';
		}
		while (*from && at + 1 < sizeof text)
			text[at++] = *from++;
	}
	answer_put(control, offsetof(struct shim_answer, reason), text, sizeof text);
}

void server_unsuitable(int control, const char *reason, const char *detail)
{
	reason_put(control, reason, detail);
	server_state(control, SHIM_UNSUITABLE);
	leave(0);
}

/* ---- In the run's own process ---------------------------------------------- */

NORETURN static void child_fail(const struct state *s, enum shim_step step, long error)
{
	s->run->step = step;
	s->run->error = (int32_t)-error;
	leave(SHIM_STEP_EXIT);
}

static void child_limits(const struct state *s)
{
	static const int resource[SHIM_LIMITS] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS,
						  RLIMIT_STACK, RLIMIT_NPROC, RLIMIT_NOFILE};
	/* One byte: no core file, and no program to take the core either (core(5)). */
	struct rlimit core = {1, 1};
	sys4(SYS_prlimit64, 0, RLIMIT_CORE, &core, 0);
	for (int i = 0; i < SHIM_LIMITS; i++) {
		uint64_t value = s->request->limits[i];
		if (i == SHIM_LIMIT_FSIZE && value == SHIM_NO_LIMIT && s->file_soft < s->file_limit)
			value = s->file_soft; /* as it was before the shim raised it */
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
	const struct shim_request *c = s->request;
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
	/* A resident process keeps the server's own descriptors; a filter guards them. */
	unsigned last = s->resident_next ? OWN_FD - 1 : ~0u;
	if (s->have_close_range) {
		sys3(SYS_close_range, first_unused, last, 0);
		return;
	}
	for (; first_unused < 64 && first_unused <= last; first_unused++)
		sys1(SYS_close, first_unused);
}

void server_enter(const struct state *s)
{
	arithmetic_restore(&s->arithmetic);
	shim_target = s->target;
	if (s->stop == SHIM_AT_START) {
		shim_target.args[1] = s->installed.argc;
		shim_target.args[2] = (uint64_t)s->room;
		if (s->environ)
			*s->environ = (char **)s->room + s->installed.argc + 1;
	} else {
		shim_target.result = shim_target.args[0] = arguments_read(s);
	}
	if (s->mode == SHIM_SNAPSHOT)
		shim_enter(NULL, 0);
	shim_enter((void *)s->request, s->end - (uint64_t)s->request);
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

	if (s->resident_next)
		resident_enter(s);
	server_enter(s);
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

/* A program may have changed its descriptors' shared flags, such as O_NONBLOCK. */
static void files_repair(const struct state *s)
{
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++) {
		int file = s->request->fd_file[i];
		if (file >= 0 && sys2(SYS_fcntl, s->file[file], F_GETFL) != s->file_flags[file])
			sys3(SYS_fcntl, s->file[file], F_SETFL, s->file_flags[file]);
	}
}

static int request_valid(const struct state *s)
{
	const struct shim_request *c = s->request;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		if (c->fd_file[i] >= (int)s->files)
			return 0;
	return 1;
}

/* Whether a run can do with the areas. */
static int express_suits(const struct state *s)
{
	const struct shim_request *c = s->request;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		if (c->fd_file[i] >= 0 && !(s->areas >> c->fd_file[i] & 1))
			return 0;
	return s->files_guarded && resident_suits(s);
}

int server_accepts(const struct state *s)
{
	return request_valid(s) && arguments_install(s) && (!s->request->express || express_suits(s));
}

static void files_prepare(const struct state *s)
{
	const struct shim_request *c = s->request;
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++) {
		if (c->fd_file[i] < 0)
			continue;
		if (c->fd_action[i] & SHIM_TRUNCATE)
			sys2(SYS_ftruncate, s->file[c->fd_file[i]], 0);
		if (c->fd_action[i] & SHIM_REWIND)
			sys3(SYS_lseek, s->file[c->fd_file[i]], 0, 0);
	}
}

void server_publish(const struct state *s, uint64_t number, struct shim_answer *a)
{
	const size_t from = offsetof(struct shim_answer, answered);
	a->answered = (uint32_t)number;
	s->run->child = 0;
	answer_put(s->control, from, &a->answered, offsetof(struct shim_answer, pages) - from);
	server_ring(s, a->answered);
}

/* Wakes the driver, who believes only what stands in the answer. */
void server_ring(const struct state *s, uint32_t number)
{
	__atomic_store_n(&s->run->bell, number, __ATOMIC_RELEASE);
	sys3(SYS_futex, &s->run->bell, FUTEX_WAKE, 1);
}

static void await(const struct state *s, uint64_t number)
{
	const uint32_t *go = &s->request->go;
	struct {
		long seconds, nanoseconds;
	} watch = {WATCH_SECONDS, 0};
	for (;;) {
		uint32_t now = __atomic_load_n(go, __ATOMIC_ACQUIRE);
		if (now == (uint32_t)number)
			return;
		long r = sys4(SYS_futex, go, FUTEX_WAIT, now, &watch);
		if (r == -ETIMEDOUT && sys0(SYS_getppid) != s->parent)
			leave(0);
	}
}

void server_ready(const struct state *s)
{
	if (!s->request->express)
		files_prepare(s);
	/* The peak of resident memory starts anew. In a resident process that is often
	 * enough now and then: a peak of earlier runs only makes who reads it careful. */
	if (s->mode == SHIM_SNAPSHOT && (!s->resident_id || s->request->go % PEAK_EVERY == 0))
		sys3(SYS_write, s->clear_refs, "5", 1);
}

/* What a resident process's first request has in common with all of its others. */
static void terms_note(const struct state *s)
{
	struct terms t;
	uint32_t resident = s->mode == SHIM_SNAPSHOT && resident_suits(s);
	for (int i = 0; i < SHIM_LIMITS; i++)
		t.limits[i] = s->request->limits[i];
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		t.fd_file[i] = s->request->fd_file[i];
	state_set(s, terms, struct terms, t);
	if (s->resident_next != resident)
		state_set(s, resident_next, uint32_t, resident);
}

/* Waits for the request of that number and starts its run. */
NORETURN static void serve(const struct state *s, uint64_t number)
{
	for (;; number++) {
		struct shim_answer refusal = {.step = SHIM_STEP_NONE};
		await(s, number);
		if (!request_valid(s)) {
			refusal.step = SHIM_STEP_FILES;
			refusal.error = EINVAL;
		} else if (!arguments_install(s)) {
			refusal.step = SHIM_STEP_ARGS;
			refusal.error = E2BIG;
		} else if (s->request->express && !(s->mode == SHIM_SNAPSHOT && express_suits(s))) {
			refusal.step = SHIM_STEP_AREAS;
		}
		if (refusal.step == SHIM_STEP_NONE)
			break;
		server_publish(s, number, &refusal);
	}
	terms_note(s);
	server_ready(s);
	uint64_t flags = SIGCHLD | CLONE_PARENT_SETTID;
	if (s->thread_id)
		flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
	if (s->mode == SHIM_SNAPSHOT)
		flags |= CLONE_VM;
	shim_run(flags, &s->run->child, s->thread_id, s, number, s->scratch + STACK_SIZE);
}

void server_begin(const struct state *s)
{
	if (s->mode == SHIM_SNAPSHOT) {
		const char *why = snapshot_settle(s);
		if (why)
			server_unsuitable(s->control, why, NULL);
		answer_put(s->control, offsetof(struct shim_answer, pages), &s->copies_count,
			   sizeof s->copies_count);
	}
	uint32_t self = (uint32_t)s->self;
	answer_put(s->control, offsetof(struct shim_answer, server), &self, sizeof self);
	server_state(s->control, SHIM_READY);
	server_ring(s, 0);
	serve(s, 1);
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

/* Whether the run failed before the program had control. Only then is the page that
 * the program could write to of interest. */
static void step_take(const struct state *s, struct shim_answer *a)
{
	uint32_t step = s->run->step;
	if (a->status != SHIM_STEP_EXIT << 8 || step < SHIM_STEP_GROUP || step > SHIM_STEP_FILES)
		return;
	a->step = step;
	a->error = s->run->error;
}

/* Whether a resident process has ended although its program has not: because it was
 * time for a new one, or because of a system call that the filter refuses. */
static int retired(const struct state *s, const struct shim_answer *a, uint32_t number)
{
	if (!s->resident_next)
		return 0;
	int refused = WIFSIGNALED(a->status) && WTERMSIG(a->status) == SIGSYS;
	int asked = a->status == SHIM_STEP_EXIT << 8 && s->run->step == SHIM_STEP_RETIRED;
	if (!refused && !asked)
		return 0;
	/* Nobody retires from the same request twice, but who only pretends. */
	if (refused || (s->run->error && s->run->error != EFBIG) || s->retired_from == number)
		state_set(s, resident, uint32_t, 0);
	state_set(s, retired_from, uint32_t, number);
	return 1;
}

void server_after_run(const struct state *s, long process, uint64_t number)
{
	struct shim_answer a = {.step = SHIM_STEP_NONE};
	if (failed(process)) {
		a.step = SHIM_STEP_CLONE;
		a.error = (int32_t)-process;
		server_publish(s, number, &a);
		serve(s, number + 1);
	}
	struct rusage usage;
	if (collect(process, &a.status, &usage) != process)
		leave(71);
	/* A resident process has answered some requests by itself, perhaps all. */
	uint32_t answered = server_said(s)->answered;
	struct spent before = server_said(s)->spent;
	int pending = s->request->go != answered;
	number = answered + 1;
	const char *why = NULL;
	int left = stragglers_end(s);
	if (left < 0)
		why = "it leaves processes behind that cannot be ended";
	struct spent all;
	spent_read(&usage, &all);
	a.leftovers = left > 0 ? (uint32_t)left : 0;
	a.user_us = all.user_us - before.user_us;
	a.system_us = all.system_us - before.system_us;
	a.max_rss = (uint64_t)usage.ru_maxrss * 1024;
	a.faults = all.faults - before.faults;
	int again = retired(s, &a, (uint32_t)number);
	int overflow = again && s->request->express && s->run->error == EFBIG;
	step_take(s, &a);
	s->run->step = SHIM_STEP_NONE;
	files_repair(s);
	/* Processes that nobody waited for may have shared the memory; their faults
	 * are not in the sum. */
	int scan = left != 0 || a.faults != 0 || s->resident_id;
	if (s->resident_id && s->request->express)
		express_tell(s, &a);
	if (s->resident_id)
		state_set(s, resident_id, int, 0);
	if (s->mode == SHIM_SNAPSHOT && !why)
		why = snapshot_restore(s, scan, number, &a);
	if (why)
		reason_put(s->control, why, NULL);
	if (!pending || again) {
		answer_put(s->control, offsetof(struct shim_answer, spent), &a.spent, sizeof a.spent);
		if (why)
			leave(0);
		if (overflow) {
			struct shim_answer refusal = {.step = SHIM_STEP_AREAS};
			server_publish(s, number, &refusal);
			serve(s, number + 1);
		}
		serve(s, number);
	}
	a.fallback = why != NULL;
	server_publish(s, number, &a);
	if (why)
		leave(0);
	serve(s, number + 1);
}
