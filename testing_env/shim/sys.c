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
 * wide registers they are used: one set of functions for each width. Pages are looked at
 * in blocks of 128 bytes, and only blocks that differ are written to. */
#define PAGE_FUNCTIONS(suffix, bytes, attribute) \
	typedef uint64_t lanes##suffix __attribute__((vector_size(bytes), may_alias)); \
	enum { step##suffix = 128 / bytes }; \
	attribute static inline int differ##suffix(const lanes##suffix *x, const lanes##suffix *y) \
	{ \
		lanes##suffix d = x[0] ^ y[0]; \
		for (size_t k = 1; k < step##suffix; k++) \
			d |= x[k] ^ y[k]; \
		return any##suffix(d); \
	} \
	attribute static inline int filled##suffix(const lanes##suffix *x) \
	{ \
		lanes##suffix d = x[0]; \
		for (size_t k = 1; k < step##suffix; k++) \
			d |= x[k]; \
		return any##suffix(d); \
	} \
	attribute static size_t nonzero##suffix(const void *a) \
	{ \
		const lanes##suffix *x = a; \
		for (size_t i = 0; i < PAGE / bytes; i += step##suffix) \
			if (filled##suffix(x + i)) \
				return i * bytes; \
		return PAGE; \
	} \
	attribute static int mend##suffix(void *a, const void *b) \
	{ \
		lanes##suffix *x = a; \
		const lanes##suffix *y = b; \
		int changed = 0; \
		for (size_t i = 0; i < PAGE / bytes; i += step##suffix) { \
			if (!differ##suffix(x + i, y + i)) \
				continue; \
			changed = 1; \
			for (size_t k = 0; k < step##suffix; k++) \
				x[i + k] = y[i + k]; \
		} \
		return changed; \
	} \
	attribute static int clear##suffix(void *a) \
	{ \
		lanes##suffix *x = a; \
		int changed = 0; \
		for (size_t i = 0; i < PAGE / bytes; i += step##suffix) { \
			if (!filled##suffix(x + i)) \
				continue; \
			changed = 1; \
			for (size_t k = 0; k < step##suffix; k++) \
				x[i + k] = (lanes##suffix){0}; \
		} \
		return changed; \
	}

#define any16(v) (((v)[0] | (v)[1]) != 0)
PAGE_FUNCTIONS(16, 16, )

#if defined(__x86_64__)
typedef long long whole32 __attribute__((vector_size(32)));
#define any32(v) (!__builtin_ia32_ptestz256((whole32)(v), (whole32)(v)))
PAGE_FUNCTIONS(32, 32, __attribute__((target("avx2"))))
size_t page_nonzero(const void *a, int wide) { return wide ? nonzero32(a) : nonzero16(a); }
int page_mend(void *a, const void *b, int wide) { return wide ? mend32(a, b) : mend16(a, b); }
int page_clear(void *a, int wide) { return wide ? clear32(a) : clear16(a); }
int pages_wide(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") != 0;
}
#else
size_t page_nonzero(const void *a, int wide)
{
	(void)wide;
	return nonzero16(a);
}
int page_mend(void *a, const void *b, int wide)
{
	(void)wide;
	return mend16(a, b);
}
int page_clear(void *a, int wide)
{
	(void)wide;
	return clear16(a);
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
