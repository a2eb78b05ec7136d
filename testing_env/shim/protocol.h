/* The page that the driver and a server share, and nothing else. README.md tells
 * the protocol as a story; driver/forkserver/control_linux.go is the other side,
 * and its test compiles this header to compare every offset.
 *
 * All numbers are in the machine's byte order. The two sides are one container. */
#ifndef SHIM_PROTOCOL_H
#define SHIM_PROTOCOL_H

#include <stdint.h>

#define SHIM_MAGIC 0x52545353u /* "SSTR" */
#define SHIM_VERSION 3u

/* Environment of a server's launch. Neither reaches the program. */
#define SHIM_ENV_CONTROL "STRESSTESTER_SHIM" /* number of the control descriptor */
#define SHIM_ENV_ROOM "STRESSTESTER_ROOM"    /* padding: room on the stack for arguments */

/* Reading this link is how an interpreter that runs under the shim asks to be
 * stopped right there. What it reads is the block of arguments of the run. */
#define SHIM_MAGIC_LINK "/proc/stresstester/run"
/* Within it, these two themselves are written as an escape and their number + 2. */
#define SHIM_CALL_SEPARATOR 1
#define SHIM_CALL_ESCAPE 2

/* The shared memory file. A server maps all of it read-only, but for the page of
 * struct shim_run; it answers by writing to the file, which its programs cannot. */
#define SHIM_REQUEST_OFFSET 0x0000u /* struct shim_request, by the driver */
#define SHIM_ANSWER_OFFSET 0x1000u  /* struct shim_answer, by the server */
#define SHIM_RUN_OFFSET 0x2000u     /* struct shim_run, by the kernel and each run */
#define SHIM_ARGS_OFFSET 0x3000u    /* the block of arguments, by the driver */
#define SHIM_ARGS_SIZE 0x7000u
#define SHIM_CONTROL_SIZE 0xa000u

#define SHIM_MAX_FILES 16u /* descriptors a server may hold for its programs */
#define SHIM_MAX_FDS 8u    /* descriptors a program may begin with */

/* A file of the table may have an area: shared memory of this size, through which the
 * runs of a resident process read or write it without asking the kernel. */
#define SHIM_AREA_SIZE (4u << 20)

enum shim_mode { SHIM_FORK = 1, SHIM_SNAPSHOT = 2 };

/* Where to stop: before the constructors, or when the magic link is read. */
enum shim_stop { SHIM_AT_START = 1, SHIM_AT_CALL = 2 };

enum shim_flag { SHIM_OWN_UID = 1 /* no other process may run under this user id */ };

enum shim_state {
	SHIM_LAUNCHED = 0,  /* nothing heard yet */
	SHIM_LOADED = 1,    /* the shim is in the process */
	SHIM_READY = 2,     /* stopped, waiting for requests */
	SHIM_UNSUITABLE = 3 /* reason tells why; the server has exited */
};

enum shim_action { SHIM_REWIND = 1, SHIM_TRUNCATE = 2 };

enum shim_limit {
	SHIM_LIMIT_CPU, /* seconds */
	SHIM_LIMIT_FSIZE,
	SHIM_LIMIT_AS,
	SHIM_LIMIT_STACK,
	SHIM_LIMIT_NPROC,
	SHIM_LIMIT_NOFILE,
	SHIM_LIMITS
};
#define SHIM_NO_LIMIT UINT64_MAX /* leave as it was at launch */

/* Steps of a run that can fail before the program has control. */
enum shim_step {
	SHIM_STEP_NONE,
	SHIM_STEP_ARGS,  /* the arguments do not fit into the room */
	SHIM_STEP_CLONE, /* no process could be started */
	SHIM_STEP_GROUP,
	SHIM_STEP_LIMIT,
	SHIM_STEP_FILES,
	SHIM_STEP_RETIRED, /* never answered: the server makes the run in another process */
	SHIM_STEP_AREAS    /* the run needs its files themselves: the areas do not do */
};

struct shim_request {
	/* Written before the launch. */
	uint32_t magic;
	uint32_t version;
	uint32_t mode;
	uint32_t stop;
	uint32_t flags;
	uint32_t cpu;    /* processor to run on, plus one; 0 = any */
	uint32_t files;  /* descriptors in the table, which follow the control descriptor */
	uint32_t retain; /* pages of zeroes to keep warm between runs */

	uint32_t go; /* futex: number of the newest request, counted from 1 */

	uint32_t args_version; /* differs from the last one's when the block does; not 0 */
	uint32_t args_bytes;
	uint32_t argc;
	uint32_t envc;
	int8_t fd_file[SHIM_MAX_FDS];    /* index into the table; -1 = closed */
	uint8_t fd_action[SHIM_MAX_FDS]; /* of enum shim_action */
	uint32_t express; /* not 0: what is read is in the areas, and what is written goes there */
	uint64_t limits[SHIM_LIMITS];
	/* In areas: how much there is to be read, or how much may be written; bytes. */
	uint32_t area_bytes[SHIM_MAX_FDS];
	uint32_t areas; /* before the launch: bit i is set if file i has an area */
};

struct shim_answer {
	uint32_t state;    /* enum shim_state */
	uint32_t server;   /* the server's process id */
	/* From here to written, a server answers by one write. */
	uint32_t answered; /* number of the newest request that was served */
	int32_t status;    /* as wait4 tells it */
	uint32_t step;     /* enum shim_step: if not 0, there was no run */
	int32_t error;     /* its errno */
	uint32_t fallback; /* not 0: this was the server's last run, reason tells why */
	uint32_t leftovers; /* processes that outlived the run and were killed */
	uint64_t user_us;
	uint64_t system_us;
	uint64_t max_rss;  /* bytes; what the shim itself needs is taken off */
	uint64_t faults;
	uint64_t hot;      /* pages compared after the run … */
	uint64_t restored; /* … and found changed */
	uint64_t scans;    /* 1 if the page tables had to be read */
	uint64_t audits;   /* 1 if the mappings had to be read */
	/* What the process that makes the next run has used, all its runs together. */
	struct spent {
		uint64_t user_us, system_us, faults;
	} spent;
	uint64_t resident; /* 1 if this run's process will make the next one, too */
	uint32_t written[SHIM_MAX_FDS]; /* bytes in the areas, if the request was express */
	uint64_t pages;    /* of the snapshot */
	char reason[208];  /* why state is SHIM_UNSUITABLE, or fallback is set */
};

/* The only page that a run can write to: what is said here is a hint. */
struct shim_run {
	uint32_t child; /* its process id, while it runs */
	uint32_t step;  /* enum shim_step, if it exits with SHIM_STEP_EXIT */
	int32_t error;
	/* Futex: follows answered, and is woken when state changes. */
	uint32_t bell;
};
#define SHIM_STEP_EXIT 126

#endif
