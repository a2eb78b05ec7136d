//: group: Files
//: tries: to find anything that it can write outside its own folder
//: expect: tested=OK
//: why: the root file system is read-only, and nothing else is its own
//: time: 20s
//: only: exec
#include "hostile.h"
#include <ftw.h>
#include <sys/statvfs.h>

static char home[4096];

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (strcmp(path, home) == 0 || type == FTW_DNR)
		return type == FTW_DNR ? FTW_CONTINUE : FTW_SKIP_SUBTREE;
	if (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)
		return FTW_SKIP_SUBTREE;
	if (type == FTW_SL || S_ISCHR(st->st_mode))
		return FTW_CONTINUE;
	if (S_ISREG(st->st_mode) && st->st_mode & 06000)
		breach("%s has mode %o", path, st->st_mode);
	if (type != FTW_D)
		return access(path, W_OK) == 0 ? (breach("%s can be written", path), 1) : FTW_CONTINUE;
	if (access(path, W_OK) != 0)
		return FTW_CONTINUE;
	char name[8192];
	snprintf(name, sizeof name, "%s/hostile", path);
	if (open(name, O_CREAT | O_WRONLY, 0600) >= 0 || mkdir(name, 0700) == 0)
		breach("a file could be made in %s", path);
	return FTW_CONTINUE;
}

int main(int argc, char **argv)
{
	if (!getcwd(home, sizeof home) || nftw("/", look, 64, FTW_PHYS | FTW_ACTIONRETVAL) < 0)
		return 1;
	return honest(argc, argv);
}
