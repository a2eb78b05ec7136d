//: group: Output
//: tries: to leave marks on its output for the next run: modes, owners, times, attributes, seals, leases, locks, flags
//: expect: tested=OK brute=OK generator=OK
//: why: buffers belong to root; what can be set at all belongs to the descriptor, which is opened anew
#include "hostile.h"
#include <sys/file.h>
#include <sys/xattr.h>

int main(int argc, char **argv)
{
	struct stat st;
	struct timespec times[2] = {{12345, 0}, {12345, 0}};
	char value[8];
	fstat(1, &st);
	if (st.st_mode & 06000 || (st.st_mode & 0777) == 0)
		breach("the last run's mode: %o", st.st_mode);
	if (st.st_mtime == 12345 || st.st_atime == 12345)
		breach("the last run's times");
	if (fgetxattr(1, "user.note", value, sizeof value) > 0)
		breach("the last run's attribute");
	if (fcntl(1, F_GETFL) & (O_NONBLOCK | O_APPEND))
		breach("the last run's flags: %x", fcntl(1, F_GETFL));
	int lease = fcntl(1, F_GETLEASE);
	if (lease != F_UNLCK && lease >= 0)
		breach("the last run's lease");
	fchmod(1, 06000);
	if (fchown(1, getuid(), (gid_t)-1) == 0)
		breach("the output can be given away");
	futimens(1, times);
	fsetxattr(1, "user.note", "hello", 5, 0);
	fcntl(1, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
	fcntl(1, F_SETLEASE, F_WRLCK);
	flock(1, LOCK_EX);
	flock(0, LOCK_EX);
	int status = honest(argc, argv);
	fcntl(1, F_SETFL, O_NONBLOCK | O_APPEND);
	fcntl(0, F_SETFL, O_NONBLOCK);
	fcntl(2, F_SETFL, O_NONBLOCK);
	lseek(0, 7, SEEK_SET);
	return status;
}
