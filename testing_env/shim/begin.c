/* From the program's first instruction to a server that waits for requests. */
#define _GNU_SOURCE
#include "server.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
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

#define RSEQ_SIGNATURE_X86 0x53053053
#define RSEQ_SIGNATURE_ARM 0xd428bc00

extern HIDDEN char shim_boot_stack[BOOT_STACK_SIZE];
HIDDEN void shim_begin(void);
NORETURN HIDDEN void shim_serve_call(char *buffer, size_t size);
HIDDEN long shim_stop_here(char *buffer, size_t size);

/* Set while an interpreter is on its way to the magic link. */
static struct {
	const struct shim_request *request;
	int control;
} waiting;

static const char *env_get(char **env, const char *name)
{
	size_t n = strlen(name);
	for (; *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

/* Takes the launch's own variables out of the environment. */
static void env_scrub(char **env)
{
	static const char *const ours[] = {SHIM_ENV_CONTROL, SHIM_ENV_ROOM, "LD_PRELOAD",
					   "LD_BIND_NOW"};
	char **to = env;
	for (; *env; env++) {
		int keep = 1;
		for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
			size_t n = strlen(ours[i]);
			keep &= strncmp(*env, ours[i], n) || (*env)[n] != '=';
		}
		if (keep)
			*to++ = *env;
	}
	*to = NULL;
}

/* Finds a place for all that the shim maps: far below the libraries. */
static char *place_find(void)
{
	static const uint64_t distance[] = {2ul << 40, 256ul << 30, 64ul << 30, 24ul << 30};
	for (size_t i = 0; i < sizeof distance / sizeof *distance; i++) {
		char *want = (char *)page_down(shim_target.pc) - distance[i];
		void *got = mmap(want, PLACE_END, PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
				 -1, 0);
		if (got == MAP_FAILED)
			continue;
		munmap(got, PLACE_END);
		if (got == want)
			return got;
	}
	return NULL;
}

/* The same file once more, but for reading only: a mapping made from it can never
 * become writable. */
static int readonly(int fd)
{
	char path[40] = "/proc/self/fd/";
	char *end = path + strlen(path);
	if (fd >= 10)
		*end++ = (char)('0' + fd / 10);
	*end++ = (char)('0' + fd % 10);
	*end = 0;
	return open(path, O_RDONLY | O_CLOEXEC);
}

static const struct shim_request *control_map(int fd, char *at)
{
	int ro = readonly(fd);
	if (ro < 0)
		return NULL;
	void *all = mmap(at, SHIM_CONTROL_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, ro, 0);
	void *run = mmap(at + SHIM_RUN_OFFSET, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 fd, SHIM_RUN_OFFSET);
	close(ro);
	return all == MAP_FAILED || run == MAP_FAILED ? NULL : all;
}

static void *place(struct state *w, uint64_t offset, size_t size, int prot, int flags, int fd)
{
	char *at = (char *)w->request + offset;
	long got = sysmap(at, size, prot, flags | MAP_FIXED, fd, 0);
	if (failed(got))
		server_unsuitable(w->control, "the shim's memory cannot be mapped", NULL);
	uint64_t end = (uint64_t)at + page_up(size);
	if (end > w->end)
		w->end = end;
	return at;
}

/* Moves a descriptor out of the way; programs see 0 to SHIM_MAX_FDS-1 at most. Below
 * 64 the kernel needs no larger table to copy with each process. */
static int fd_away(const struct state *w, int fd)
{
	int away = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FD);
	if (away < 0)
		server_unsuitable(w->control, "a descriptor of the launch is missing", strerror(errno));
	close(fd);
	return away;
}

/* The number of threads of this process, 0 if that cannot be told. */
static unsigned long thread_count(void)
{
	char text[1024];
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	const char *at = strrchr(text, ')'); /* the name may contain anything */
	if (!at)
		return 0;
	for (int field = 3; field <= 20; field++) {
		at = strchr(at + 1, ' ');
		if (!at)
			return 0;
	}
	at++;
	return text_number(&at, 10);
}

/* Where libc keeps the main thread's id, which must be right for each process. */
static int *thread_id_place(void)
{
	const uint32_t *offset = dlvsym(RTLD_DEFAULT, "_thread_db_pthread_tid", "GLIBC_PRIVATE");
	if (!offset || offset[0] != 32)
		return NULL;
	int *place = (int *)((char *)pthread_self() + offset[2]);
	return *place == sys0(SYS_gettid) ? place : NULL;
}

/* Gives the server's registration back: it must not write into memory that is the
 * program's. Each run registers anew, as a fresh process does. */
static void rseq_release(struct state *w)
{
	const ptrdiff_t *offset = dlsym(RTLD_DEFAULT, "__rseq_offset");
	const unsigned *size = dlsym(RTLD_DEFAULT, "__rseq_size");
	if (!offset || !size || !*size)
		return;
#if defined(__x86_64__)
	const uint32_t signature = RSEQ_SIGNATURE_X86;
#else
	const uint32_t signature = RSEQ_SIGNATURE_ARM;
#endif
	uint64_t area = (uint64_t)__builtin_thread_pointer() + (uint64_t)*offset;
	/* How long the area was said to be depends on libc and kernel. */
	for (uint64_t length = 32; length <= 256; length += 32) {
		if (!failed(sys4(SYS_rseq, area, length, 1 /* unregister */, signature))) {
			w->rseq = area;
			w->rseq_size = length;
			return;
		}
	}
}

/* The server keeps its registration, which a run's process does not inherit. */
static void robust_find(struct state *w)
{
	void *head = NULL;
	size_t size = 0;
	if (failed(sys3(SYS_get_robust_list, 0, &head, &size)))
		return;
	w->robust = (uint64_t)head;
	w->robust_size = size;
}

static void room_find(struct state *w, char **env)
{
	char *room = (char *)env_get(env, SHIM_ENV_ROOM);
	if (!room)
		server_unsuitable(w->control, "there is no room for arguments", NULL);
	/* Whole pages, so that a snapshot can leave them alone. */
	uint64_t begin = page_up((uint64_t)room), end = page_down((uint64_t)room + strlen(room));
	if (end <= begin)
		server_unsuitable(w->control, "there is no room for arguments", NULL);
	w->room = (char *)begin;
	w->room_size = end - begin < ROOM_LIMIT ? end - begin : ROOM_LIMIT;

	w->environ = dlsym(RTLD_DEFAULT, "environ");
	while (*env)
		env++;
	w->auxv = (const uint64_t *)(env + 1);
	uint64_t words = 0;
	while (w->auxv[words])
		words += 2;
	w->auxv_words = words + 2;
}

static void files_move(struct state *w, int control_fd)
{
	const struct shim_request *c = w->request;
	if (c->files > SHIM_MAX_FILES)
		server_unsuitable(w->control, "too many descriptors", NULL);
	w->files = c->files;
	for (uint32_t i = 0; i < w->files; i++) {
		w->file[i] = fd_away(w, control_fd + 1 + (int)i);
		w->file_flags[i] = fcntl(w->file[i], F_GETFL);
		if (fstat(w->file[i], &w->file_stat[i]))
			server_unsuitable(w->control, "a descriptor of the launch is missing", strerror(errno));
	}
}

/* Maps the areas, whose descriptors follow the state file's. Where a file can only be
 * read, the area's descriptor can only be read, too. */
static void areas_map(struct state *w, int fd)
{
	for (uint32_t i = 0; i < w->files; i++) {
		if (!(w->request->areas >> i & 1))
			continue;
		int prot = PROT_READ;
		if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR) {
			prot |= PROT_WRITE;
			w->areas_written |= 1u << i;
		}
		if (w->mode == SHIM_SNAPSHOT)
			place(w, PLACE_AREAS + (uint64_t)i * SHIM_AREA_SIZE, SHIM_AREA_SIZE, prot,
			      MAP_SHARED, fd);
		w->areas |= 1u << i;
		close(fd++);
	}
}

static void process_prepare(struct state *w)
{
	const struct shim_request *c = w->request;
	unsigned long threads = thread_count();
	if (threads != 1)
		server_unsuitable(w->control, threads ? "it starts threads before main" : "/proc is not usable", NULL);
	if (c->cpu) {
		cpu_set_t set;
		CPU_ZERO(&set);
		CPU_SET(c->cpu - 1, &set);
		sched_setaffinity(0, sizeof set, &set); /* a matter of speed only */
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		server_unsuitable(w->control, "it cannot adopt orphans", strerror(errno));
	w->parent = getppid();
	w->self = getpid();
	w->own_uid = (c->flags & SHIM_OWN_UID) != 0 && getuid() != 0;
	w->have_close_range = !failed(sys3(SYS_close_range, 63, 63, 0));
}

/* The server writes to files too: a limit for its programs' output must not end it. */
static struct rlimit file_limit;

static void file_limit_raise(void)
{
	struct rlimit raised;
	if (getrlimit(RLIMIT_FSIZE, &file_limit))
		file_limit.rlim_cur = file_limit.rlim_max = RLIM_INFINITY;
	raised.rlim_cur = raised.rlim_max = file_limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &raised);
}

static void file_limit_check(const struct state *w, uint64_t need)
{
	if (need > w->file_limit)
		server_unsuitable(w->control, FILE_LIMIT_REASON, NULL);
}

/* Once on the scratch's stack: the boot stack becomes clean again, and what is
 * resident now is the program's. */
static void begin_on_scratch(void *arg)
{
	struct state *w = arg;
	sys3(SYS_madvise, shim_boot_stack, BOOT_STACK_SIZE, MADV_DONTNEED);

	/* The launcher has brought a memory file: programs may not make any. */
	if (fcntl(w->fd, F_GETFD) < 0)
		server_unsuitable(w->control, "the launcher brought no memory file", NULL);
	w->fd = fd_away(w, w->fd);
	w->room_copy = page_up(sizeof *w);
	w->size = w->room_copy + page_up(w->room_size);
	if (w->mode == SHIM_SNAPSHOT) {
		/* Until the state is there, who looks for it finds zeroes. */
		const struct state *later = place(w, PLACE_STATE, sizeof *later, PROT_READ,
						  MAP_PRIVATE | MAP_ANONYMOUS, -1);
		resident_begin(w, later);
		w->memory_guarded = (uint32_t)zones_begin(&w->zones, &later->zones);
		const char *why = snapshot_take(w);
		if (why)
			server_unsuitable(w->control, why, NULL);
		w->lists = place(w, PLACE_LISTS, w->lists_size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	}
	file_limit_check(w, w->size);
	if (ftruncate(w->fd, (off_t)w->size))
		server_unsuitable(w->control, "the state file cannot grow", strerror(errno));
	int ro = readonly(w->fd);
	if (ro < 0)
		server_unsuitable(w->control, "/proc is not usable", strerror(errno));
	struct state *s = place(w, PLACE_STATE, w->size, PROT_READ, MAP_SHARED, ro);
	close(ro);
	if (pwrite(w->fd, w, sizeof *w, 0) != (ssize_t)sizeof *w)
		server_unsuitable(w->control, "the state file cannot be written", strerror(errno));
	if (w->room_size)
		pwrite(w->fd, w->room, w->room_size, (off_t)w->room_copy);
	sys2(SYS_munmap, w, page_up(sizeof *w));
	server_begin(s);
}

NORETURN static void begin(const struct shim_request *c, int control, char **env, char *buffer,
			   size_t size)
{
	/* The state is built in a place of its own and goes into its file at last. */
	struct state *w = mmap((char *)c + PLACE_BUILD, page_up(sizeof *w), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (w == MAP_FAILED)
		server_unsuitable(control, "the shim's memory cannot be mapped", NULL);
	arithmetic_save(&w->arithmetic);
	w->wide = pages_wide();
	w->request = c;
	w->run = (struct shim_run *)((char *)c + SHIM_RUN_OFFSET);
	w->control = control;
	w->end = (uint64_t)c + SHIM_CONTROL_SIZE;
	w->mode = c->mode;
	w->stop = c->stop;
	w->retain = c->retain;
	w->target = shim_target;
	w->file_soft = file_limit.rlim_cur;
	w->file_limit = file_limit.rlim_max;
	w->call_buffer = buffer;
	w->call_size = size;
	process_prepare(w);
	files_move(w, control);
	w->fd = control + 1 + (int)c->files;
	areas_map(w, w->fd + 1);
	w->control = fd_away(w, control);
	if (w->stop == SHIM_AT_START)
		room_find(w, env);
	w->thread_id = thread_id_place();
	rseq_release(w);
	robust_find(w);
	w->scratch = place(w, PLACE_SCRATCH, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	shim_switch(w->scratch + STACK_SIZE, begin_on_scratch, w);
}

/* Returns if the program is to run on as if nothing had happened. */
void shim_begin(void)
{
	uint64_t argc = (uint32_t)shim_target.args[1];
	char **argv = (char **)shim_target.args[2];
	char **env = argv + argc + 1;

	shim_target.pc = (uint64_t)dlsym(RTLD_NEXT, "__libc_start_main");
	if (!shim_target.pc)
		leave(127);
	const char *number = env_get(env, SHIM_ENV_CONTROL);
	if (!number)
		return;
	file_limit_raise();
	int control = (int)text_number(&number, 10);
	char *at = place_find();
	if (!at)
		server_unsuitable(control, "there is no room in its address space", NULL);
	const struct shim_request *c = control_map(control, at);
	if (!c || c->magic != SHIM_MAGIC)
		leave(127);
	if (c->version != SHIM_VERSION)
		server_unsuitable(control, "the shim is of another version", NULL);
	server_state(control, SHIM_LOADED);
	if (c->stop != SHIM_AT_CALL)
		begin(c, control, env, NULL, 0);
	waiting.request = c;
	waiting.control = control;
	fcntl(control, F_SETFD, FD_CLOEXEC);
	env_scrub(env);
}

void shim_serve_call(char *buffer, size_t size)
{
	begin(waiting.request, waiting.control, NULL, buffer, size);
}

static ssize_t read_link(const char *path, char *buffer, size_t size)
{
	if (waiting.request && path && !strcmp(path, SHIM_MAGIC_LINK))
		return shim_stop_here(buffer, size);
	long n = sys4(SYS_readlinkat, AT_FDCWD, path, buffer, size);
	if (failed(n)) {
		errno = (int)-n;
		return -1;
	}
	return n;
}

/* The magic link comes through here: an unmodified interpreter can read a link, and
 * hands on what it read, zero bytes included. */
__attribute__((visibility("default"))) ssize_t readlink(const char *path, char *buffer, size_t size)
{
	return read_link(path, buffer, size);
}

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room);
__attribute__((visibility("default"))) ssize_t __readlink_chk(const char *path, char *buffer,
							       size_t size, size_t room)
{
	if (size > room)
		__builtin_trap();
	return read_link(path, buffer, size);
}
