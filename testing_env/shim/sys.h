/* System calls and memory without libc. Once a server serves, the libc in its
 * address space belongs to the program: using it would leave traces, and the
 * program may have overwritten it. */
#ifndef SHIM_SYS_H
#define SHIM_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define PAGE 4096ul
#define HIDDEN __attribute__((visibility("hidden")))
#define NORETURN __attribute__((noreturn))

#if defined(__x86_64__)

static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#elif defined(__aarch64__)

static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#else
#error "the shim knows x86-64 and aarch64 only"
#endif

#define sys0(n) sys6((n), 0, 0, 0, 0, 0, 0)
#define sys1(n, a) sys6((n), (long)(a), 0, 0, 0, 0, 0)
#define sys2(n, a, b) sys6((n), (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(n, a, b, c) sys6((n), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(n, a, b, c, d) sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys5(n, a, b, c, d, e) \
	sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define sysmap(a, len, prot, flags, fd, off) \
	sys6(SYS_mmap, (long)(a), (long)(len), (prot), (flags), (fd), (long)(off))

static inline int failed(long ret) { return ret < 0 && ret > -4096; }

static inline uint64_t page_down(uint64_t a) { return a & ~(PAGE - 1); }
static inline uint64_t page_up(uint64_t a) { return (a + PAGE - 1) & ~(PAGE - 1); }

/* The compiler may call these on its own; hidden, they shadow libc's. */
HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t n);
HIDDEN void *memmove(void *to, const void *from, size_t n);
HIDDEN void *memset(void *to, int byte, size_t n);
HIDDEN int memcmp(const void *a, const void *b, size_t n);

/* The offset of the first block of 128 bytes of a page that is not all zero, or PAGE.
 * wide is what pages_wide told. */
HIDDEN size_t page_nonzero(const void *a, int wide);
/* Makes a page what another one is, or zero, and tells whether it was not. */
HIDDEN int page_mend(void *a, const void *b, int wide);
HIDDEN int page_clear(void *a, int wide);
/* Whether the processor has registers of 32 bytes. Asking may take it a while. */
HIDDEN int pages_wide(void);

HIDDEN size_t text_length(const char *s);
HIDDEN int text_starts(const char *s, const char *prefix);
/* Reads a number in the given base and moves past it. */
HIDDEN uint64_t text_number(const char **s, unsigned base);

NORETURN static inline void leave(int code)
{
	for (;;)
		sys1(SYS_exit_group, code);
}

#endif
