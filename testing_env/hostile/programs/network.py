#: group: Network and kernel
#: tries: to fetch a page, to resolve a name, to listen
#: expect: tested=OK
#: why: as for the one in C
import socket

from hostile import breach, honest

for attempt in (
    lambda: socket.create_connection(("1.1.1.1", 53), timeout=1),
    lambda: socket.create_connection(("169.254.169.254", 80), timeout=1),
    lambda: socket.create_connection(("127.0.0.1", 22), timeout=1),
    lambda: socket.getaddrinfo("example.com", 80),
    lambda: socket.create_server(("", 4711)),
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
):
    try:
        attempt()
    except OSError:
        continue
    breach("there is a network")
honest()
