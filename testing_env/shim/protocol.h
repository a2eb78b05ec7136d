/* The page that the driver and a server share, and nothing else. README.md tells
 * the protocol as a story; driver/forkserver/control_linux.go is the other side,
 * and its test compiles this header to compare every offset.
 *
 * All numbers are in the machine's byte order. The two sides are one container. */
#ifndef SHIM_PROTOCOL_H
#define SHIM_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define SHIM_MAGIC 0x52545353u /* "SSTR" */
#define SHIM_VERSION 1u

/* Environment of a server's launch. Neither reaches the program. */
#define SHIM_ENV_CONTROL "STRESSTESTER_SHIM" /* number of the control descriptor */
#define SHIM_ENV_ROOM "STRESSTESTER_ROOM"    /* padding: room on the stack for arguments */

/* Reading this link is how an interpreter that runs under the shim asks to be
 * stopped right there. What it reads is the block of arguments of the run. */
#define SHIM_MAGIC_LINK "/proc/stresstester/run"

#define SHIM_CONTROL_SIZE 0x8000u /* bytes of the shared memory file */
#define SHIM_ARGS_OFFSET 0x1000u  /* where the block of arguments begins */
#define SHIM_ARGS_SIZE 0x7000u

#define SHIM_MAX_FILES 16u /* descriptors a server may hold for its programs */
#define SHIM_MAX_FDS 8u    /* descriptors a program may begin with */

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

/* Values of busy. While a server works it holds busy like a robust mutex
 * (its thread id | FUTEX_WAITERS), so that its death wakes the driver. */
#define SHIM_IDLE 0u

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
	SHIM_STEP_FILES
};

struct shim_control {
	/* Written by the driver before the launch. */
	uint32_t magic;
	uint32_t version;
	uint32_t mode;
	uint32_t stop;
	uint32_t flags;
	uint32_t cpu;    /* processor to run on, plus one; 0 = any */
	uint32_t files;  /* descriptors in the table, which follow the control descriptor */
	uint32_t retain; /* pages of zeroes to keep warm between runs */

	/* Written by the server. */
	uint32_t state;  /* futex; enum shim_state */
	uint32_t server; /* its thread id */

	/* Written by both. */
	uint32_t go;   /* futex: number of the newest request */
	uint32_t busy; /* futex: see SHIM_IDLE */

	char reason[208]; /* why state is SHIM_UNSUITABLE, or fallback is set */

	/* The request, at 256. */
	uint32_t args_version; /* differs from the last one's when the block does */
	uint32_t args_bytes;
	uint32_t argc;
	uint32_t envc;
	int8_t fd_file[SHIM_MAX_FDS];    /* index into the table; -1 = closed */
	uint8_t fd_action[SHIM_MAX_FDS]; /* of enum shim_action */
	uint64_t limits[SHIM_LIMITS];
	uint8_t request_reserved[512 - 336];

	/* The answer, at 512. */
	uint32_t child;    /* the run's process, while it runs */
	int32_t status;    /* as wait4 tells it */
	uint32_t step;     /* enum shim_step: the run did not happen */
	int32_t error;     /* its errno */
	uint32_t fallback; /* not 0: the run is valid, but the last one of this server */
	uint32_t stragglers; /* processes that the run left behind and that were killed */
	uint64_t user_us;
	uint64_t system_us;
	uint64_t max_rss;  /* bytes; what the shim itself needs is taken off */
	uint64_t faults;
	uint64_t hot;      /* pages compared after the run … */
	uint64_t restored; /* … and found changed */
	uint64_t scans;    /* times the page tables were read, over the server's life */
	uint64_t audits;   /* times the mappings were read, over the server's life */
	uint64_t mapped;   /* pages that back the snapshot */
};

_Static_assert(offsetof(struct shim_control, args_version) == 256, "request moved");
_Static_assert(offsetof(struct shim_control, limits) == 288, "limits moved");
_Static_assert(offsetof(struct shim_control, child) == 512, "answer moved");

#endif
