//: group: Network and kernel
//: tries: sockets of every family and kind
//: expect: tested=OK brute=OK generator=OK checker=OK
//: why: socket() is refused; and the container has no network but the loopback device
#include "hostile.h"
#include <netdb.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	const int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM};
	for (int family = 0; family < 50; family++)
		for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++)
			for (int protocol = 0; protocol < 20; protocol++)
				if (socket(family, kinds[k], protocol) >= 0)
					breach("a socket of family %d, kind %d", family, kinds[k]);
	struct addrinfo *found = NULL;
	if (getaddrinfo("example.com", "80", NULL, &found) == 0)
		breach("a name was resolved");
	return honest(argc, argv);
}
