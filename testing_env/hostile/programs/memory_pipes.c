//: group: Memory
//: tries: to hide memory in the kernel: full pipes and sockets, descriptors in flight, inotify, epoll, timers
//: expect: tested=OK
//: why: descriptors, processes and pending signals are bounded, so what they hold is, too
//: time: 5s
#include "hostile.h"
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	static char block[1 << 16];
	for (int child = 0; child < 6; child++) {
		if (fork() != 0)
			continue;
		int pair[2];
		while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0)
			for (int side = 0; side < 2; side++)
				while (write(pair[side], block, sizeof block) > 0)
					;
		while (pipe2(pair, O_NONBLOCK) == 0) {
			fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
			while (write(pair[1], block, sizeof block) > 0)
				;
		}
		epoll_create1(0);
		inotify_init();
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	return honest(argc, argv);
}
