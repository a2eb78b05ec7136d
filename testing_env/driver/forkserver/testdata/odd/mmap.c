// Mappings of all kinds, none of them undone.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	int n;
	if (scanf("%d", &n) != 1)
		return 9;
	char *a = mmap(NULL, n << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *b = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *c = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/exe", O_RDONLY);
	char *d = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(a, 1, n << 20);
	memset(c, 2, 1 << 16);
	d[0] = 'x';
	munmap(b + 4096, 4096);
	mprotect(a + 8192, 4096, PROT_READ);
	a = mremap(a, n << 20, (n + 3) << 20, MREMAP_MAYMOVE);
	a[((n + 3) << 20) - 1] = 1;
	printf("%d %d %c%c%c %d\n", a[0], c[5], d[1], d[2], d[3], fd);
	return 0;
}
