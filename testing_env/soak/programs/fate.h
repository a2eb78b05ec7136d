/* What becomes of a test is known from its seed; see fate.go. */
#ifndef FATE_H
#define FATE_H
#include <stdint.h>

enum { FATES = 4000, CRASH = 0, STATUS, ENDLESS, FLOOD, WRONG, GREEDY, ABORT, KILLED, LITTER, GARBAGE };

static inline int fate(uint64_t seed)
{
	uint64_t z = seed + 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (int)((z ^ (z >> 31)) % FATES);
}

#endif
