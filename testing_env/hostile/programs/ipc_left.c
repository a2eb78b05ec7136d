//: group: Network and kernel
//: tries: to leave shared memory, semaphores and messages of System V, and message queues of POSIX
//: expect: tested=OK brute=OK generator=OK checker=OK
//: why: refused, as they would outlive it
#include "hostile.h"
#include <mqueue.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
	for (int key = 0; key < 20; key++) {
		if (shmget(key, 4096, IPC_CREAT | 0666) >= 0)
			breach("shared memory was made");
		if (semget(key, 1, IPC_CREAT | 0666) >= 0)
			breach("semaphores were made");
		if (msgget(key, IPC_CREAT | 0666) >= 0)
			breach("a message queue was made");
	}
	if (mq_open("/note", O_CREAT | O_RDWR, 0666, NULL) != (mqd_t)-1 || open("/dev/mqueue/note", O_CREAT | O_RDWR, 0666) >= 0)
		breach("a POSIX message queue was made");
	if (shm_open("/note", O_CREAT | O_RDWR, 0666) >= 0 || sem_open("/note", O_CREAT, 0666, 1) != SEM_FAILED)
		breach("POSIX shared memory was made");
	return honest(argc, argv);
}
