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

typedef uint64_t lanes __attribute__((vector_size(16), may_alias));

static inline uint64_t any(lanes v) { return v[0] | v[1]; }

size_t page_difference(const void *a, const void *b)
{
	const lanes *x = a, *y = b;
	for (size_t i = 0; i < PAGE / 16; i += 4)
		if (any((x[i] ^ y[i]) | (x[i + 1] ^ y[i + 1]) | (x[i + 2] ^ y[i + 2]) |
			(x[i + 3] ^ y[i + 3])))
			return i * 16;
	return PAGE;
}

size_t page_nonzero(const void *a)
{
	const lanes *x = a;
	for (size_t i = 0; i < PAGE / 16; i += 4)
		if (any(x[i] | x[i + 1] | x[i + 2] | x[i + 3]))
			return i * 16;
	return PAGE;
}

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
