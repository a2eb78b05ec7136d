/* Reading and writing without the kernel.
 *
 * The driver, and the programs that read what another one wrote, share memory: each file
 * of the table may have an area. In a resident process libc's functions on descriptors are
 * made to come here, and move bytes between the program and the areas. What a run has
 * written is emptied by forgetting its length; a few dozen bytes need no file whose pages
 * come and go.
 *
 * In any other process, and for a request whose data is in the files, these functions do
 * what they replace: they ask the kernel. Who asks the kernel in other ways is refused by
 * the filter of resident processes, and gets a process of its own.
 *
 * Descriptors are numbered as the kernel would do it. An argument such as
 * "/proc/self/fd/3", by which checkers are given their files, can be opened for reading;
 * whatever else is opened is left to a process of its own. */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/single_threaded.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* What descriptors stand for; all zero when a run begins, and restored with the rest of
 * its memory. The first ones stand for the request's files. */
#define MAX_OPEN 16
static struct opened {
	uint64_t offset, size; /* the size of what can be written */
	uint32_t of;           /* of one that was opened: 1 + the descriptor it was made from */
} opened[MAX_OPEN];

static long result(long r)
{
	if (!failed(r))
		return r;
	errno = (int)-r;
	return -1;
}

/* The kernel's answer, for a function in which a thread may be cancelled. */
static long kernel(long number, long a, long b, long c, long d)
{
	if (__libc_single_threaded)
		return result(sys4(number, a, b, c, d));
	int before;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	long r = sys4(number, a, b, c, d);
	pthread_setcanceltype(before, NULL);
	return result(r);
}

/* For processes that do not read and write here. A resident one must not touch the
 * server's descriptors. */
static long outside(const struct state *s, long number, int fd, long b, long c, long d)
{
	return s && fd >= OWN_FD ? result(-EBADF) : kernel(number, fd, b, c, d);
}

static int express(const struct state *s) { return s && s->request->express; }

/* The request's descriptor that fd stands for, or -1. */
static int origin(const struct state *s, int fd)
{
	if (fd < 0 || fd >= MAX_OPEN)
		return -1;
	if (opened[fd].of)
		return (int)opened[fd].of - 1;
	return fd < (int)SHIM_MAX_FDS && s->request->fd_file[fd] >= 0 ? fd : -1;
}

/* A file as a descriptor shows it. */
struct view {
	struct opened *at;
	char *data;
	uint64_t size, most; /* most is what may be written */
	int flags, written;  /* written says that this is for output */
	const struct stat *stat;
};

static int view(const struct state *s, int fd, struct view *v)
{
	int from = origin(s, fd);
	if (from < 0)
		return 0;
	unsigned file = (unsigned)s->request->fd_file[from];
	uint64_t bytes = s->request->area_bytes[from];
	v->at = &opened[fd];
	v->data = area_of(s, file);
	v->flags = s->file_flags[file];
	v->stat = &s->file_stat[file];
	v->most = bytes < SHIM_AREA_SIZE ? bytes : SHIM_AREA_SIZE;
	v->written = s->areas_written >> file & 1;
	v->size = v->written ? v->at->size : v->most;
	return 1;
}

static long take(const struct view *v, uint64_t offset, void *to, size_t n)
{
	if ((v->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	if (offset >= v->size)
		return 0;
	if (n > v->size - offset)
		n = v->size - offset;
	memcpy(to, v->data + offset, n);
	return (long)n;
}

static long put(const struct state *s, const struct view *v, const void *from, size_t n)
{
	if ((v->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (!v->written)
		resident_refuse(s);
	uint64_t at = (v->flags & O_APPEND) ? v->at->size : v->at->offset;
	if (n > v->most || at > v->most - n)
		resident_overflow(s);
	if (at > v->at->size)
		memset(v->data + v->at->size, 0, at - v->at->size);
	memcpy(v->data + at, from, n);
	v->at->offset = at + n;
	if (n && v->at->offset > v->at->size)
		v->at->size = v->at->offset;
	return (long)n;
}

static ssize_t file_read(int fd, void *to, size_t n)
{
	const struct state *s = resident_here();
	struct view v;
	if (!express(s))
		return outside(s, SYS_read, fd, (long)to, (long)n, 0);
	if (!view(s, fd, &v))
		return result(-EBADF);
	long got = take(&v, v.at->offset, to, n);
	if (got > 0)
		v.at->offset += (uint64_t)got;
	return result(got);
}

static ssize_t file_pread(int fd, void *to, size_t n, off_t offset)
{
	const struct state *s = resident_here();
	struct view v;
	if (!express(s))
		return outside(s, SYS_pread64, fd, (long)to, (long)n, offset);
	if (!view(s, fd, &v))
		return result(-EBADF);
	return result(offset < 0 ? -EINVAL : take(&v, (uint64_t)offset, to, n));
}

static ssize_t file_write(int fd, const void *from, size_t n)
{
	const struct state *s = resident_here();
	struct view v;
	if (!express(s))
		return outside(s, SYS_write, fd, (long)from, (long)n, 0);
	if (!view(s, fd, &v))
		return result(-EBADF);
	return result(put(s, &v, from, n));
}

static ssize_t file_readv(int fd, const struct iovec *list, int count)
{
	const struct state *s = resident_here();
	if (!express(s))
		return outside(s, SYS_readv, fd, (long)list, count, 0);
	if (count < 0 || count > IOV_MAX)
		return result(-EINVAL);
	ssize_t all = 0;
	for (int i = 0; i < count; i++) {
		ssize_t n = file_read(fd, list[i].iov_base, list[i].iov_len);
		if (n < 0)
			return n;
		all += n;
		if ((size_t)n < list[i].iov_len)
			break;
	}
	return all;
}

static ssize_t file_writev(int fd, const struct iovec *list, int count)
{
	const struct state *s = resident_here();
	if (!express(s))
		return outside(s, SYS_writev, fd, (long)list, count, 0);
	if (count < 0 || count > IOV_MAX)
		return result(-EINVAL);
	ssize_t all = 0;
	for (int i = 0; i < count; i++) {
		ssize_t n = file_write(fd, list[i].iov_base, list[i].iov_len);
		if (n < 0)
			return n;
		all += n;
	}
	return all;
}

static off_t file_seek(int fd, off_t offset, int whence)
{
	const struct state *s = resident_here();
	struct view v;
	if (!express(s))
		return s && fd >= OWN_FD ? result(-EBADF) : result(sys3(SYS_lseek, fd, offset, whence));
	if (!view(s, fd, &v))
		return result(-EBADF);
	off_t base = 0;
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = (off_t)v.at->offset;
		break;
	case SEEK_END:
		base = (off_t)v.size;
		break;
	default:
		resident_refuse(s);
	}
	off_t to;
	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return result(-EINVAL);
	v.at->offset = (uint64_t)to;
	return to;
}

static int file_stat(int fd, struct stat *out)
{
	const struct state *s = resident_here();
	struct view v;
	if (!express(s))
		return s && fd >= OWN_FD ? (int)result(-EBADF) : (int)result(sys2(SYS_fstat, fd, out));
	if (!view(s, fd, &v))
		return (int)result(-EBADF);
	memcpy(out, v.stat, sizeof *out);
	if (S_ISREG(out->st_mode)) {
		out->st_size = (off_t)v.size;
		out->st_blocks = (blkcnt_t)(page_up(v.size) / 512);
	}
	return 0;
}

/* The descriptor that a path names, or -1. */
static int path_descriptor(const char *path)
{
	static const char prefix[] = "/proc/self/fd/";
	if (!text_starts(path, prefix))
		return -1;
	path += sizeof prefix - 1;
	return *path >= '0' && *path <= '9' && !path[1] ? *path - '0' : -1;
}

static int descriptor_open(const struct state *s, const char *path, int flags)
{
	struct view v;
	int from = express(s) ? path_descriptor(path) : -1;
	if (from < 0 || (flags & ~(O_CLOEXEC | O_LARGEFILE | O_NOCTTY)) || !view(s, from, &v) || v.written)
		resident_refuse(s);
	for (int fd = 0; fd < MAX_OPEN; fd++) {
		if (origin(s, fd) >= 0)
			continue;
		opened[fd].of = (uint32_t)origin(s, from) + 1;
		opened[fd].offset = 0;
		return fd;
	}
	resident_refuse(s);
}

static int file_openat(int dir, const char *path, int flags, mode_t mode)
{
	const struct state *s = resident_here();
	if (s)
		return descriptor_open(s, path, flags);
	if (!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE)
		mode = 0;
	return (int)kernel(SYS_openat, dir, (long)path, flags, (long)mode);
}

static int file_open(const char *path, int flags, mode_t mode)
{
	return file_openat(AT_FDCWD, path, flags, mode);
}

static int file_open_quietly(const char *path, int flags, mode_t mode)
{
	const struct state *s = resident_here();
	if (s)
		return descriptor_open(s, path, flags);
	if (!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE)
		mode = 0;
	return (int)result(sys4(SYS_openat, AT_FDCWD, path, flags, mode));
}

static int descriptor_close(const struct state *s, int fd)
{
	if (!express(s) || (fd >= 0 && fd < MAX_OPEN && !opened[fd].of && origin(s, fd) >= 0))
		resident_refuse(s);
	if (origin(s, fd) < 0)
		return (int)result(-EBADF);
	opened[fd].of = 0;
	opened[fd].offset = 0;
	return 0;
}

static int file_close(int fd)
{
	const struct state *s = resident_here();
	return s ? descriptor_close(s, fd) : (int)kernel(SYS_close, fd, 0, 0, 0);
}

static int file_close_quietly(int fd)
{
	const struct state *s = resident_here();
	return s ? descriptor_close(s, fd) : (int)result(sys1(SYS_close, fd));
}

int express_begin(void)
{
	return divert("read", file_read) && divert("write", file_write) && divert("readv", file_readv) &&
	       divert("writev", file_writev) && divert("pread", file_pread) && divert("lseek", file_seek) &&
	       divert("fstat", file_stat) && divert("open", file_open) && divert("openat", file_openat) &&
	       divert("close", file_close) && divert("__close_nocancel", file_close_quietly) &&
	       divert("__open_nocancel", file_open_quietly);
}

void express_tell(const struct state *s, struct shim_answer *a)
{
	for (unsigned i = 0; i < SHIM_MAX_FDS; i++)
		if (!opened[i].of && s->request->fd_file[i] >= 0)
			a->written[i] = (uint32_t)opened[i].size;
}
