//: group: Other programs
//: tries: to meet the other slots' and roles' programs: abstract sockets, loopback
//: expect: tested=OK brute=OK
//: why: no socket can be made, but for pairs
#include "hostile.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0hostile"};
	struct sockaddr_in port = {.sin_family = AF_INET, .sin_port = htons(4711), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0)
		breach("an abstract address was bound");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&port, sizeof port) == 0)
		breach("a port was bound");
	return honest(argc, argv);
}
