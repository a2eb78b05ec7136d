/* What the kernel says about the process's memory. */
#include "server.h"

/* Reads one line of /proc/self/maps, without its end, into out. */
static void mapping_parse(const char *at, struct mapping *out)
{
	out->start = text_number(&at, 16);
	at++;
	out->end = text_number(&at, 16);
	at++;
	out->prot = (at[0] == 'r' ? MAP_READ : 0) | (at[1] == 'w' ? MAP_WRITE : 0) |
		    (at[2] == 'x' ? MAP_EXEC : 0) | (at[3] == 's' ? MAP_SHARE : 0);
	at += 5;
	out->offset = text_number(&at, 16);
	at++;
	uint64_t major = text_number(&at, 16);
	at++;
	uint64_t minor = text_number(&at, 16);
	at++;
	/* Device and number together tell files apart well enough. */
	out->inode = text_number(&at, 10) | (major << 56) | (minor << 44);
	while (*at == ' ')
		at++;
	out->stack = text_starts(at, "[stack]");
}

int maps_read(int fd, char *buffer, size_t size, struct mapping *out, int max)
{
	int count = 0;
	size_t have = 0;
	if (failed(sys3(SYS_lseek, fd, 0, 0)))
		return -1;
	for (;;) {
		long got = sys3(SYS_read, fd, buffer + have, size - 1 - have);
		if (got < 0)
			return -1;
		if (got == 0)
			return count;
		have += (size_t)got;
		size_t line = 0;
		for (size_t i = 0; i < have; i++) {
			if (buffer[i] != '\n')
				continue;
			buffer[i] = 0;
			if (count == max)
				return -1;
			mapping_parse(buffer + line, &out[count++]);
			line = i + 1;
		}
		memmove(buffer, buffer + line, have - line);
		have -= line;
	}
}

int statm_read(int fd, uint64_t *total, uint64_t *resident, uint64_t *data)
{
	char text[128];
	long n = sys4(SYS_pread64, fd, text, sizeof text - 1, 0);
	if (n <= 0)
		return -1;
	text[n] = 0;
	const char *at = text;
	uint64_t field[6];
	for (int i = 0; i < 6; i++) {
		field[i] = text_number(&at, 10);
		at++;
	}
	*total = field[0];
	*resident = field[1];
	*data = field[5];
	return 0;
}
