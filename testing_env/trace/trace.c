/*
 * Tells which call of a C or C++ program printed one byte of its standard output,
 * and where it crashed.
 *
 * Preloaded into the program with STRESSTESTER_TRACE="FD:OFFSET". Every write then
 * reaches standard output before the call that made it returns, and what the call
 * wrote is where the file's offset went: this holds for printf, for cout and for
 * write(2) alike. Only calls that wrote the byte at OFFSET are logged to FD, so that
 * the log is small; it is lines of text:
 *
 *	w START END FRAME…    a call wrote the bytes START up to END
 *	s SIGNAL FRAME…       the program was about to be killed by that signal
 *	e STATUS FRAME…       the program called exit with that status, not 0
 *	t BYTES FRAME…        a sample of where it is, and by how much its memory has grown
 *
 * With STRESSTESTER_TRACE="FD:OFFSET:PERIOD" no write is logged, and output is buffered
 * as ever; instead a sample is taken after every PERIOD microseconds of processor
 * time. A PERIOD below 0 logs nothing, but fills the stack that the program is going
 * to use, so that a variable that was never set has another value than before.
 *
 * Compiled with COPIES, this also follows output through a buffer of the program's own
 * language, such as Rust's: calls of memcpy and memmove are remembered, and a write is
 * told of the one that put the byte into the buffer.
 *
 * FRAMEs are the addresses of calls in the program's own executable, innermost
 * first, as "@HEX" relative to where it was loaded. Output is the same, byte for
 * byte; the reader checks that.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#define FRAMES 64
#define HOPS 4096 /* frames looked at, for deep recursions */
#define RECORDS 16
#define SAMPLES 4000
#define SAMPLE_FRAMES 24
#define PUBLIC __attribute__((visibility("default")))

static int log_fd = -1;
static int tracing; /* writes are logged */
static off_t wanted;
static int records;
static uintptr_t base, low, high; /* the executable: load address, first and last address */
static __thread int depth __attribute__((tls_model("initial-exec")));

/* real finds the next definition of a function, once. */
#define REAL(name)                                                                                                    \
	static __typeof__(&name) next_##name;                                                                         \
	if (!next_##name)                                                                                             \
	next_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

struct walk {
	uintptr_t pcs[FRAMES];
	int n, hops, most;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data)
{
	struct walk *w = data;
	int exact = 0;
	uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
	if (pc == 0 || ++w->hops > HOPS)
		return _URC_END_OF_STACK;
	if (!exact)
		pc--; /* within the call, not after it */
	if (pc >= low && pc < high) {
		w->pcs[w->n++] = pc - base;
		if (w->n == w->most)
			return _URC_END_OF_STACK;
	}
	return _URC_NO_REASON;
}

static char *put(char *to, unsigned long value, unsigned radix)
{
	char digits[32];
	int n = 0;
	do
		digits[n++] = "0123456789abcdef"[value % radix];
	while (value /= radix);
	while (n)
		*to++ = digits[--n];
	return to;
}

/* say logs one line; numbers below 0 are left out. */
static void say(char kind, long first, long second, const struct walk *w)
{
	int kept = errno;
	char line[64 + FRAMES * 20], *to = line;
	*to++ = kind;
	*to++ = ' ';
	to = put(to, (unsigned long)first, 10);
	if (second >= 0) {
		*to++ = ' ';
		to = put(to, (unsigned long)second, 10);
	}
	for (int i = 0; i < w->n; i++) {
		*to++ = ' ';
		*to++ = '@';
		to = put(to, w->pcs[i], 16);
	}
	*to++ = '\n';
	if (syscall(SYS_write, log_fd, line, (size_t)(to - line)) < 0)
		log_fd = -1;
	errno = kept;
}

/* tell says where the program is, with at most that many calls. */
static void tell(char kind, long first, long second, int frames)
{
	struct walk w = {.n = 0, .most = frames};
	depth++;
	_Unwind_Backtrace(step, &w);
	depth--;
	say(kind, first, second, &w);
}

/* record logs a line of those of which there are few. */
static void record(char kind, long first, long second)
{
	if (log_fd < 0 || records >= RECORDS)
		return;
	records++;
	tell(kind, first, second, FRAMES);
}

#ifdef COPIES
/* What the last calls of memcpy and memmove copied, and who called them. */
#define COPIED 8192
#define COPIED_BYTES 128

struct copied {
	const char *to;
	size_t n;
	struct walk by;
	char bytes[COPIED_BYTES];
};

static struct copied *copies;
static unsigned long copied;

/* move copies as memmove does; nothing of the C library's may be needed for it. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) static void move(char *to, const char *from, size_t n)
{
	if (to < from)
		for (size_t i = 0; i < n; i++)
			to[i] = from[i];
	else
		while (n-- > 0)
			to[n] = from[n];
}

static void remember(char *to, size_t n)
{
	if (!tracing || !copies || depth > 0 || n == 0)
		return;
	int kept = errno;
	struct copied *c = &copies[copied++ % COPIED];
	c->to = to;
	c->n = n;
	c->by.n = c->by.hops = 0;
	c->by.most = SAMPLE_FRAMES;
	move(c->bytes, to, n < COPIED_BYTES ? n : COPIED_BYTES);
	depth++;
	_Unwind_Backtrace(step, &c->by);
	depth--;
	errno = kept;
}

PUBLIC void *memcpy(void *to, const void *from, size_t n)
{
	move(to, from, n);
	remember(to, n);
	return to;
}

PUBLIC void *memmove(void *to, const void *from, size_t n)
{
	move(to, from, n);
	remember(to, n);
	return to;
}

/* origin is the last copy to that place, if what it copied is still there. */
static struct copied *origin(const char *at)
{
	unsigned long oldest = copied > COPIED ? copied - COPIED : 0;
	for (unsigned long i = copied; i-- > oldest;) {
		struct copied *c = &copies[i % COPIED];
		if (at < c->to || (size_t)(at - c->to) >= c->n)
			continue;
		size_t n = c->n < COPIED_BYTES ? c->n : COPIED_BYTES;
		for (size_t k = 0; k < n; k++)
			if (c->to[k] != c->bytes[k])
				return NULL;
		return c->by.n > 0 ? c : NULL;
	}
	return NULL;
}
#endif

/* begin and end enclose a call that may write. Only the outermost one counts: it
 * is the one that the program made. */
static off_t begin(void)
{
	if (!tracing || depth++ > 0)
		return -1;
	int kept = errno;
	off_t at = lseek(1, 0, SEEK_CUR);
	errno = kept;
	return at;
}

static void end(off_t start)
{
	if (!tracing)
		return;
	depth--;
	if (start < 0 || start > wanted)
		return;
	int kept = errno;
	off_t now = lseek(1, 0, SEEK_CUR);
	errno = kept;
	if (now > wanted)
		record('w', start, now);
}

#define CALL(type, name, ...)                                                                                         \
	REAL(name);                                                                                                   \
	off_t start = begin();                                                                                        \
	type result = next_##name(__VA_ARGS__);                                                                       \
	end(start);                                                                                                   \
	return result

#define FORWARD(type, name, parameters, ...)                                                                          \
	PUBLIC type name parameters                                                                                   \
	{                                                                                                             \
		CALL(type, name, __VA_ARGS__);                                                                        \
	}

#ifdef COPIES
PUBLIC ssize_t write(int fd, const void *data, size_t n)
{
	REAL(write);
	off_t start = begin();
	struct copied *c = fd == 1 && start >= 0 && start <= wanted && wanted - start < (off_t)n && copies
			       ? origin((const char *)data + (wanted - start))
			       : NULL;
	ssize_t result = next_write(fd, data, n);
	if (c && result > wanted - start && log_fd >= 0 && records < RECORDS) {
		off_t from = start + (c->to - (const char *)data), to = from + (off_t)c->n;
		records++;
		say('w', from < start ? start : from, to > start + result ? start + result : to, &c->by);
	}
	end(start);
	return result;
}
#else
FORWARD(ssize_t, write, (int fd, const void *data, size_t n), fd, data, n)
#endif
FORWARD(ssize_t, writev, (int fd, const struct iovec *parts, int n), fd, parts, n)
FORWARD(ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), fd, data, n, at)
FORWARD(int, vprintf, (const char *format, va_list args), format, args)
FORWARD(int, vfprintf, (FILE *to, const char *format, va_list args), to, format, args)
FORWARD(int, vdprintf, (int to, const char *format, va_list args), to, format, args)
FORWARD(int, fflush, (FILE *to), to)
FORWARD(int, fclose, (FILE *to), to)

#undef fflush_unlocked
FORWARD(int, fflush_unlocked, (FILE *to), to)
#undef puts
FORWARD(int, puts, (const char *text), text)
#undef fputs
FORWARD(int, fputs, (const char *text, FILE *to), text, to)
#undef fputs_unlocked
FORWARD(int, fputs_unlocked, (const char *text, FILE *to), text, to)
#undef putchar
FORWARD(int, putchar, (int c), c)
#undef putchar_unlocked
FORWARD(int, putchar_unlocked, (int c), c)
#undef putc
FORWARD(int, putc, (int c, FILE *to), c, to)
#undef putc_unlocked
FORWARD(int, putc_unlocked, (int c, FILE *to), c, to)
#undef fputc
FORWARD(int, fputc, (int c, FILE *to), c, to)
#undef fputc_unlocked
FORWARD(int, fputc_unlocked, (int c, FILE *to), c, to)
#undef fwrite
FORWARD(size_t, fwrite, (const void *data, size_t size, size_t n, FILE *to), data, size, n, to)
#undef fwrite_unlocked
FORWARD(size_t, fwrite_unlocked, (const void *data, size_t size, size_t n, FILE *to), data, size, n, to)

/* What the compiler makes of the above: parts of the C library without a declaration. */
extern int _IO_putc(int c, FILE *to);
extern int __overflow(FILE *to, int c);
extern int __vprintf_chk(int flag, const char *format, va_list args);
extern int __vfprintf_chk(FILE *to, int flag, const char *format, va_list args);
FORWARD(int, _IO_putc, (int c, FILE *to), c, to)
FORWARD(int, __overflow, (FILE * to, int c), to, c)
FORWARD(int, __vprintf_chk, (int flag, const char *format, va_list args), flag, format, args)
FORWARD(int, __vfprintf_chk, (FILE * to, int flag, const char *format, va_list args), to, flag, format, args)

#define FORMATTED(name, parameters, last, type, ...)                                                                  \
	PUBLIC int name parameters                                                                                    \
	{                                                                                                             \
		REAL(type);                                                                                           \
		va_list args;                                                                                         \
		va_start(args, last);                                                                                 \
		off_t start = begin();                                                                                \
		int result = next_##type(__VA_ARGS__, args);                                                          \
		end(start);                                                                                           \
		va_end(args);                                                                                         \
		return result;                                                                                        \
	}

FORMATTED(printf, (const char *format, ...), format, vprintf, format)
FORMATTED(fprintf, (FILE * to, const char *format, ...), format, vfprintf, to, format)
FORMATTED(dprintf, (int to, const char *format, ...), format, vdprintf, to, format)
FORMATTED(__printf_chk, (int flag, const char *format, ...), format, __vprintf_chk, flag, format)
FORMATTED(__fprintf_chk, (FILE * to, int flag, const char *format, ...), format, __vfprintf_chk, to, flag, format)

/* Standard output stays unbuffered, whatever the program asks for. */
PUBLIC int setvbuf(FILE *to, char *buffer, int mode, size_t size)
{
	REAL(setvbuf);
	return to == stdout && tracing ? 0 : next_setvbuf(to, buffer, mode, size);
}

PUBLIC void setbuf(FILE *to, char *buffer) { setvbuf(to, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ); }

PUBLIC void setbuffer(FILE *to, char *buffer, size_t size) { setvbuf(to, buffer, buffer ? _IOFBF : _IONBF, size); }

PUBLIC void setlinebuf(FILE *to) { setvbuf(to, NULL, _IOLBF, 0); }

PUBLIC __attribute__((noreturn)) void exit(int status)
{
	static void (*next)(int) __attribute__((noreturn));
	if (!next)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "exit");
	if (status & 0xff)
		record('e', status & 0xff, -1);
	next(status);
}

/* crashed logs where it was. On return the instruction is made again, or the signal
 * comes again, and now ends the program. */
static void crashed(int number, siginfo_t *info, void *context)
{
	(void)context;
	signal(number, SIG_DFL);
	record('s', number, -1);
	if (info->si_code <= 0 || number == SIGABRT)
		raise(number);
}

static void catch_crashes(void)
{
	const size_t size = 256 << 10; /* unwinding needs more than SIGSTKSZ */
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return;
	stack_t stack = {.ss_sp = memory, .ss_size = size};
	sigaltstack(&stack, NULL);
	struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
}

/* resident is the size of the program's memory in bytes, read without any call that
 * could be in the middle of something. */
static long resident(void)
{
	char text[128];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	long n = syscall(SYS_read, fd, text, sizeof text - 1);
	syscall(SYS_close, fd);
	char *at = text;
	text[n > 0 ? n : 0] = 0;
	while (*at && *at != ' ')
		at++;
	long pages = 0;
	while (*++at >= '0' && *at <= '9')
		pages = pages * 10 + (*at - '0');
	return pages * 4096;
}

static void sampled(int number)
{
	(void)number;
	static int samples;
	static long before;
	if (log_fd < 0 || samples >= SAMPLES)
		return;
	samples++;
	long now = resident();
	tell('t', now > before ? now - before : 0, -1, SAMPLE_FRAMES);
	before = now;
}

static void sample_every(long microseconds)
{
	struct sigaction action = {.sa_handler = sampled, .sa_flags = SA_RESTART | SA_ONSTACK};
	sigaction(SIGPROF, &action, NULL);
	struct itimerval timer = {.it_interval = {.tv_usec = microseconds}, .it_value = {.tv_usec = microseconds}};
	setitimer(ITIMER_PROF, &timer, NULL);
}

static int find_executable(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size, (void)data;
	base = info->dlpi_addr;
	low = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		uintptr_t first = base + p->p_vaddr, last = first + p->p_memsz;
		low = first < low ? first : low;
		high = last > high ? last : high;
	}
	return 1; /* the executable comes first */
}

/* unbuffer_cout sets unitbuf on std::cout, by which it flushes after every output
 * operation. Nothing of C++ is linked here, so this follows the layout that the
 * library's ABI fixes: the virtual base's offset stands three words before the table,
 * and std::ios_base begins with its table, precision, width and flags. */
static void unbuffer_cout(const char *symbol)
{
	enum { unitbuf = 1 << 13 };
	char *stream = dlsym(RTLD_DEFAULT, symbol);
	if (!stream || !*(void **)stream)
		return;
	ptrdiff_t offset = (*(ptrdiff_t **)stream)[-3];
	struct ios {
		void *table;
		ptrdiff_t precision, width;
		int flags;
	} *ios = (struct ios *)(stream + offset);
	ios->flags |= unitbuf;
}

/* fill_stack leaves something on the stack where main and its callees will have their
 * variables. */
static __attribute__((noinline)) void fill_stack(void)
{
	char junk[256 << 10];
	memset(junk, 0xa5, sizeof junk);
	__asm__ volatile("" : : "r"(junk) : "memory");
}

static int (*program_main)(int, char **, char **);

/* prepared_main runs after the constructors of the program, so that std::cout exists. */
static int prepared_main(int argc, char **argv, char **env)
{
	const char *order = getenv("STRESSTESTER_TRACE");
	char *rest = NULL;
	long fd = order ? strtol(order, &rest, 10) : -1;
	if (fd > 2 && rest && *rest == ':') {
		wanted = (off_t)strtoll(rest + 1, &rest, 10);
		long period = *rest == ':' ? strtol(rest + 1, NULL, 10) : 0;
		dl_iterate_phdr(find_executable, NULL);
		if (period < 0) {
			fill_stack();
			return program_main(argc, argv, env);
		}
		if (period == 0) {
			fflush(stdout);
			setvbuf(stdout, NULL, _IONBF, 0);
			unbuffer_cout("_ZSt4cout");
			unbuffer_cout("_ZSt5wcout");
#ifdef COPIES
			void *memory = mmap(NULL, COPIED * sizeof *copies, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			copies = memory == MAP_FAILED ? NULL : memory;
#endif
			tracing = 1;
		}
		catch_crashes();
		log_fd = (int)fd;
		if (period > 0)
			sample_every(period);
	}
	return program_main(argc, argv, env);
}

/* The C library's way into main. */
PUBLIC int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
	void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
	__typeof__(&__libc_start_main) next = (__typeof__(next))dlsym(RTLD_NEXT, "__libc_start_main");
	program_main = main;
	return next(prepared_main, argc, argv, init, fini, loader_fini, stack_end);
}
