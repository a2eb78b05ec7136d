/* Does to its descriptors what the first word of its input says, and tells what came of
 * it. Whatever it was not told to do, it copies its input. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void tell(const char *what, long r)
{
	dprintf(2, "%s: %ld %s\n", what, r, r < 0 ? strerror(errno) : "");
}

int main(void)
{
	char text[256];
	ssize_t n = read(0, text, sizeof text);
	if (n < 2)
		return 9;
	char what[32] = "";
	sscanf(text, "%31s", what);
	if (write(1, text, (size_t)n) != n)
		return 8;
	struct stat st;
	if (!strcmp(what, "ends")) {
		tell("read", read(0, text, 1));
		tell("read", read(0, text, 0));
		tell("pread", pread(0, text, 3, 2));
		tell("pread", pread(0, text, 3, 2000));
		tell("pread", pread(0, text, 3, -1));
		tell("read", read(0, text, 100));
	} else if (!strcmp(what, "seek")) {
		tell("seek", lseek(0, 2, SEEK_SET));
		tell("read", read(0, text, 5));
		write(2, text, 5);
		tell("seek", lseek(0, -3, SEEK_CUR));
		tell("seek", lseek(0, 0, SEEK_END));
		tell("seek", lseek(0, 100, SEEK_END));
		tell("read", read(0, text, 5));
		tell("seek", lseek(1, 0, SEEK_CUR));
	} else if (!strcmp(what, "hole")) {
		tell("seek", lseek(1, 50, SEEK_END));
		tell("write", write(1, "behind", 6));
		tell("seek", lseek(1, 1, SEEK_SET));
		tell("write", write(1, "***", 3));
		tell("write", write(1, "", 0));
		tell("seek", lseek(1, 0, SEEK_END));
	} else if (!strcmp(what, "before")) {
		tell("seek", lseek(0, -1, SEEK_SET));
		tell("seek", lseek(1, -10000, SEEK_END));
		tell("read", read(0, text, 5));
	} else if (!strcmp(what, "pieces")) {
		struct iovec v[3] = {{"one ", 4}, {"", 0}, {"two\n", 4}};
		tell("writev", writev(1, v, 3));
		char a[4] = "", b[300] = "";
		struct iovec r[2] = {{a, 3}, {b, 200}};
		lseek(0, 1, SEEK_SET);
		tell("readv", readv(0, r, 2));
		dprintf(2, "%s|%s", a, b);
	} else if (!strcmp(what, "stat")) {
		for (int fd = 0; fd < 4; fd++) {
			tell("stat", fstat(fd, &st));
			if (fd < 2)
				dprintf(2, "%ld %d\n", (long)st.st_size, (st.st_mode & S_IFMT) == S_IFREG);
		}
	} else if (!strcmp(what, "direction")) {
		/* The test's files go both ways. */
		tell("seek", lseek(0, 0, SEEK_CUR));
	} else if (!strcmp(what, "closed")) {
		tell("read", read(3, text, 1));
		tell("write", write(7, text, 1));
		tell("seek", lseek(20, 0, SEEK_SET));
		tell("stat", fstat(-1, &st));
		tell("read", read(40, text, 1));
		tell("close", close(5));
	}

	if (!strcmp(what, "again") || !strcmp(what, "lowest")) {
		FILE *f = fopen("/proc/self/fd/0", "r");
		char line[64] = "";
		if (!f || !fgets(line, sizeof line, f))
			return 7;
		int second = open("/proc/self/fd/0", O_RDONLY), third = open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC);
		dprintf(2, "%d %d %d %s", fileno(f), second, third, line);
		fclose(f);
		tell("read", read(third, text, 4));
		int again = open("/proc/self/fd/0", O_RDONLY);
		tell("open", again);
		tell("seek", lseek(again, 0, SEEK_CUR));
		tell("close", close(second));
		tell("close", close(second));
		tell("read", read(second, text, 4));
		tell("open", open("/proc/self/fd/0", O_RDONLY));
	} else if (!strcmp(what, "kernel")) {
		syscall(SYS_lseek, 0, 0, SEEK_SET);
		tell("read", syscall(SYS_read, 0, text, 6));
	} else if (!strcmp(what, "close")) {
		close(0);
		tell("open", open("/dev/null", O_RDONLY));
	} else if (!strcmp(what, "open")) {
		FILE *f = fopen("/proc/self/maps", "r");
		tell("open", f != NULL);
	} else if (!strcmp(what, "output")) {
		int fd = open("/proc/self/fd/1", O_WRONLY);
		tell("write", write(fd, "over", 4));
	} else if (!strcmp(what, "map")) {
		char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
		dprintf(2, "%.10s\n", p);
	} else if (!strcmp(what, "dup")) {
		int fd = dup(1);
		tell("write", write(fd, "more\n", 5));
	} else if (!strcmp(what, "flood")) {
		char *much = calloc(1 << 20, 1);
		for (int i = 0; i < 5; i++)
			tell("write", write(1, much, 1 << 20));
	}
	return 0;
}
