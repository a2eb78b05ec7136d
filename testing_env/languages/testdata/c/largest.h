#ifndef LARGEST_H
#define LARGEST_H

static long long larger(long long a, long long b) { return a > b ? a : b; }

#endif
