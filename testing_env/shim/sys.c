#include "sys.h"

#pragma GCC visibility push(hidden)

#if defined(__x86_64__)

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *out = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return out;
}

void *memset(void *to, int byte, size_t n)
{
	void *out = to;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(byte) : "memory");
	return out;
}

#else

/* The empty asm keeps the compiler from turning the loop into a call of itself. */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;
	for (; n >= 8; n -= 8, t += 8, f += 8) {
		*(uint64_t *)t = *(const uint64_t *)f;
		__asm__ volatile("" ::: "memory");
	}
	for (; n; n--) {
		*t++ = *f++;
		__asm__ volatile("" ::: "memory");
	}
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	unsigned char *t = to;
	uint64_t word = 0x0101010101010101ull * (unsigned char)byte;
	for (; n >= 8; n -= 8, t += 8) {
		*(uint64_t *)t = word;
		__asm__ volatile("" ::: "memory");
	}
	for (; n; n--) {
		*t++ = (unsigned char)byte;
		__asm__ volatile("" ::: "memory");
	}
	return to;
}

#endif

void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;
	if (t <= f || t >= f + n)
		return memcpy(to, from, n);
	while (n--) {
		t[n] = f[n];
		__asm__ volatile("" ::: "memory");
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	for (size_t i = 0; i < n; i++) {
		__asm__ volatile("" ::: "memory");
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

/* Comparing pages is most of what restoring them costs, so where the processor has
 * wide registers they are used: one set of functions for each width. */
#define PAGE_FUNCTIONS(suffix, bytes, attribute) \
	typedef uint64_t lanes##suffix __attribute__((vector_size(bytes), may_alias)); \
	attribute static inline int any##suffix(lanes##suffix v) \
	{ \
		uint64_t all = 0; \
		for (size_t i = 0; i < bytes / 8; i++) \
			all |= v[i]; \
		return all != 0; \
	} \
	attribute static size_t difference##suffix(const void *a, const void *b) \
	{ \
		const lanes##suffix *x = a, *y = b; \
		const size_t step = 64 / bytes * 2; /* two of the blocks we speak of */ \
		for (size_t i = 0; i < PAGE / bytes; i += step) { \
			lanes##suffix d = x[i] ^ y[i]; \
			for (size_t k = 1; k < step; k++) \
				d |= x[i + k] ^ y[i + k]; \
			if (any##suffix(d)) \
				return i * bytes; \
		} \
		return PAGE; \
	} \
	attribute static size_t nonzero##suffix(const void *a) \
	{ \
		const lanes##suffix *x = a; \
		const size_t step = 64 / bytes * 2; \
		for (size_t i = 0; i < PAGE / bytes; i += step) { \
			lanes##suffix d = x[i]; \
			for (size_t k = 1; k < step; k++) \
				d |= x[i + k]; \
			if (any##suffix(d)) \
				return i * bytes; \
		} \
		return PAGE; \
	}

PAGE_FUNCTIONS(16, 16, )

#if defined(__x86_64__)
PAGE_FUNCTIONS(32, 32, __attribute__((target("avx2"))))
size_t page_difference(const void *a, const void *b, int wide)
{
	return wide ? difference32(a, b) : difference16(a, b);
}
size_t page_nonzero(const void *a, int wide) { return wide ? nonzero32(a) : nonzero16(a); }
int pages_wide(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") != 0;
}
#else
size_t page_difference(const void *a, const void *b, int wide)
{
	(void)wide;
	return difference16(a, b);
}
size_t page_nonzero(const void *a, int wide)
{
	(void)wide;
	return nonzero16(a);
}
int pages_wide(void) { return 0; }
#endif

size_t text_length(const char *s)
{
	size_t n = 0;
	while (s[n]) {
		__asm__ volatile("" ::: "memory");
		n++;
	}
	return n;
}

int text_starts(const char *s, const char *prefix)
{
	for (; *prefix; s++, prefix++)
		if (*s != *prefix)
			return 0;
	return 1;
}

uint64_t text_number(const char **s, unsigned base)
{
	uint64_t n = 0;
	for (;; (*s)++) {
		unsigned digit;
		char c = **s;
		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			return n;
		if (digit >= base)
			return n;
		n = n * base + digit;
	}
}

#pragma GCC visibility pop
