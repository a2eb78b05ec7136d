//: group: Other programs
//: tries: to read the driver, the compile cache, other programs' files and folders, and secrets of the image
//: expect: tested=OK brute=OK generator=OK checker=OK
//: why: all of it belongs to root or to another group, and folders cannot even be listed
#include "hostile.h"
#include <dirent.h>

static void list(const char *path)
{
	DIR *d = opendir(path);
	if (d && !(readdir(d), readdir(d), readdir(d)))
		closedir(d), d = NULL;
	if (d)
		breach("%s can be listed", path);
}

static void want(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	if (fd >= 0 && read(fd, &byte, 1) >= 0)
		breach("%s can be read", path);
}

int main(int argc, char **argv)
{
	static const char *roles[] = {"tested", "brute", "generator", "spec", "checker", "validator", "interactor"};
	const char *self = getenv("HOSTILE_ROLE");
	char path[256];
	list("/cache");
	list("/run/stresstester");
	list("/run/stresstester/programs");
	list("/w");
	list("..");
	want("/run/stresstester/driver");
	want("/etc/shadow");
	want("/etc/gshadow");
	for (int slot = 0; slot < 4; slot++) {
		snprintf(path, sizeof path, "/w/%d", slot);
		list(path);
		for (unsigned r = 0; r < sizeof roles / sizeof *roles; r++) {
			snprintf(path, sizeof path, "/w/%d/%s", slot, roles[r]);
			char own[256];
			if (getcwd(own, sizeof own) && strcmp(own, path) != 0) {
				list(path);
				if (chdir(path) == 0)
					breach("it can enter %s", path);
			}
		}
	}
	for (int number = 1; number < 200; number++) {
		for (unsigned r = 0; r < sizeof roles / sizeof *roles; r++) {
			if (strcmp(roles[r], self) == 0)
				continue;
			snprintf(path, sizeof path, "/run/stresstester/programs/%d-%s", number, roles[r]);
			list(path);
			snprintf(path, sizeof path, "/run/stresstester/programs/%d-%s/main", number, roles[r]);
			want(path);
		}
	}
	return honest(argc, argv);
}
