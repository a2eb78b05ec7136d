/* A server's state, and the parts it is made of.
 *
 * A snapshot's programs run in the server's own address space, so nothing the
 * server relies on may be writable there. struct state lives in a memory file
 * that is mapped read-only; the server changes it by pwrite to a descriptor that
 * its programs do not inherit. What is writable (stack, buffers: "scratch") holds
 * nothing of value while a program runs: when the program has ended, the server
 * knows three numbers, kept by the kernel in its registers: where the state is,
 * the process it started and the number of the request. */
#ifndef SHIM_SERVER_H
#define SHIM_SERVER_H

#include "protocol.h"
#include "sys.h"

#include <sys/stat.h>

#define STACK_SIZE (64 * 1024ul)
#define BOOT_STACK_SIZE (64 * 1024ul)
#define MAX_REGIONS 256
#define MAX_MAPPINGS 1024
#define ROOM_LIMIT (64 * 1024ul)

/* Registers with which the program goes on; entry.c's assembly knows the order. */
struct target {
	uint64_t pc, sp;
	uint64_t result; /* rax; on aarch64 argument 0 has the same register */
	uint64_t args[8];
	uint64_t saved[12]; /* rbx rbp r12-r15; x19-x30 */
};

/* One line of /proc/self/maps. */
struct mapping {
	uint64_t start, end, offset, inode;
	uint32_t prot; /* of enum mapping_prot */
	uint32_t stack;
};
enum mapping_prot { MAP_READ = 1, MAP_WRITE = 2, MAP_EXEC = 4, MAP_SHARE = 8 };

/* A private writable mapping: what a run can change. */
struct region {
	uint64_t start, end;
	/* Offset in the state file of one uint32_t a page, counted from the end
	 * downwards (stacks grow): 0 means that the page was zero, n that its
	 * content is the n-th of the copies, counted from 1. */
	uint64_t slots;
	uint32_t stack;
	uint32_t file; /* backed by a file: dropping a page brings the file's content back */
	uint32_t prot;
	uint32_t wiped; /* zero in every forked process, and so in every run */
};

/* A page that some run has changed: it is compared after each run. */
struct hot {
	uint64_t address;
	uint32_t slot;
	uint32_t backed; /* the state file is mapped there: a page that is dropped comes back as it was */
};

/* Memory kept for the runs' heaps and large blocks; empty where that is not possible. */
struct zones {
	uint64_t heap_base; /* the heap's end when the program was stopped */
	uint64_t heap_open; /* always accessible up to here */
	uint64_t heap_end;  /* the kernel's idea of the heap's end */
	uint64_t area, area_end;
};
enum zone { ZONE_HEAP = 1, ZONE_AREA = 2 };

/* What a run has taken of the zones: in its own memory. */
#define MAX_BLOCKS 64
struct heap {
	const struct zones *zones;
	void **libc_end; /* libc's idea of the heap's end */
	uint64_t end;    /* the run's own */
	uint64_t open;   /* accessible up to here */
	uint64_t area_low; /* the lowest block there was in this run */
	uint32_t locked, count;
	uint32_t mapped; /* the kernel was asked for mappings */
	struct {
		uint64_t start, end;
	} block[MAX_BLOCKS]; /* descending */
};

#define FILE_LIMIT_REASON "the limit on the size of files at its launch is too low for the snapshot"

/* How the processor computes: rounding, exceptions, flags. A run may change that, and
 * a resident process makes more than one. */
struct arithmetic {
#if defined(__x86_64__)
	uint8_t fxsave[512] __attribute__((aligned(16)));
#else
	uint64_t fpcr, fpsr;
#endif
};

static inline void arithmetic_save(struct arithmetic *a)
{
#if defined(__x86_64__)
	__asm__ volatile("fxsave64 %0" : "=m"(a->fxsave));
#else
	__asm__ volatile("mrs %0, fpcr" : "=r"(a->fpcr));
	__asm__ volatile("mrs %0, fpsr" : "=r"(a->fpsr));
#endif
}

static inline void arithmetic_restore(const struct arithmetic *a)
{
#if defined(__x86_64__)
	__asm__ volatile("fxrstor64 %0" : : "m"(a->fxsave));
	__asm__ volatile("cld" : : : "cc");
#else
	__asm__ volatile("msr fpcr, %0" : : "r"(a->fpcr));
	__asm__ volatile("msr fpsr, %0" : : "r"(a->fpsr));
#endif
}

/* What the requests to one resident process have in common. */
struct terms {
	uint64_t limits[SHIM_LIMITS];
	int8_t fd_file[SHIM_MAX_FDS];
};

/* The server's own descriptors begin here. */
#define OWN_FD 32

struct state {
	const struct shim_request *request; /* where the shim's mappings begin */
	struct shim_run *run;
	int control; /* the shared file, for writing */
	char *scratch; /* STACK_SIZE of stack, then buffers */
	char *lists;   /* snapshot: see list_* below */
	uint64_t lists_size;
	uint64_t size; /* of the state file and its mapping */
	uint64_t end;  /* of everything that the shim maps, from request on */
	int fd; /* the state file, for writing */
	uint64_t file_soft, file_limit; /* bytes a file might have, and may have */
	uint32_t mode, stop;
	int parent, self; /* process ids */
	uint32_t own_uid;
	uint32_t have_close_range;

	uint32_t files;
	int file[SHIM_MAX_FILES];
	int file_flags[SHIM_MAX_FILES]; /* of F_GETFL, as the driver gave them */
	uint32_t areas, areas_written; /* bit i: file i has an area, which can be written */
	struct stat file_stat[SHIM_MAX_FILES];

	struct target target;
	struct arithmetic arithmetic; /* at the stop */
	char ***environ; /* libc's variable, which it has set before the stop */
	char *room; /* whole pages on the stack, for argv, environment and auxiliary vector */
	uint64_t room_size;
	uint64_t room_copy; /* offset in the state file of what the room should hold */
	const uint64_t *auxv; /* the kernel's, in the stack */
	uint64_t auxv_words;
	char *call_buffer; /* where a program stopped at the call wants its arguments */
	uint64_t call_size;
	struct installed {
		uint32_t version; /* of what is in the room */
		uint32_t argc;
		uint32_t fit;
	} installed;

	/* The kernel's per-thread registrations, renewed in each run. */
	uint64_t rseq, rseq_size;
	uint64_t robust, robust_size;
	int *thread_id;

	/* Runs that share a process: see resident.c. */
	uint32_t resident;      /* there may be such processes */
	uint32_t files_guarded; /* libc reads and writes by express.c */
	uint32_t memory_guarded; /* libc maps and unmaps by heap.c */
	uint32_t resident_next; /* the newest process is meant to be one */
	int resident_id;        /* the process, once it is one */
	uint32_t retired_from;  /* the request that the last one left unanswered */
	uint64_t text, text_end; /* the shim's code */
	struct terms terms;

	/* Snapshot. */
	int pagemap, statm, maps, clear_refs;
	uint32_t have_scan;
	int wide; /* of pages_wide */
	uint32_t dumpable;
	struct zones zones;
	uint32_t zones_hot; /* of enum zone: there are hot pages in it */
	uint64_t brk;
	uint64_t pages_total, pages_data; /* of statm, while the zones are closed */
	uint64_t overhead;                /* resident pages that are the shim's own */
	uint64_t copies;                  /* offset of the copies in the state file */
	uint64_t copies_count;
	uint64_t hots, hot_count, hot_limit; /* offset in the state file; entries */
	uint64_t retain;                     /* entries that may be pages of zeroes */
	uint64_t address_space; /* bytes mapped by the shim, which no limit should count */
	uint64_t state_inode; /* of the state file, as mappings show it */
	uint32_t region_count, mapping_count, stack_mapping;
	struct region region[MAX_REGIONS];
	struct mapping mapping[MAX_MAPPINGS];
};

/* Where the program goes on. The only writable thing a run needs, and rewritten
 * just before. */
extern HIDDEN struct target shim_target;

/* Where the shim's mappings lie, as offsets from request: far from everything the
 * program maps, so that those lie where they would in a plain run. */
#define PLACE_SCRATCH (1ul << 20)
#define PLACE_BUILD (2ul << 20)
#define PLACE_LISTS (64ul << 20)
#define PLACE_AREAS (1ul << 30)
#define PLACE_STATE (2ul << 30)
#define PLACE_END (16ul << 30)

/* entry.c */
NORETURN HIDDEN void shim_run(uint64_t flags, uint32_t *parent_tid, int *child_tid,
			      const struct state *s, uint64_t number, char *stack_top);
NORETURN HIDDEN void shim_enter(void *unmap, size_t size);
NORETURN HIDDEN void shim_switch(char *stack_top, void (*function)(void *), void *arg);

/* server.c */
NORETURN HIDDEN void server_begin(const struct state *s);
NORETURN HIDDEN void server_after_run(const struct state *s, long process, uint64_t number);
NORETURN HIDDEN void server_child(const struct state *s);
/* Tells the driver how far the launch is. */
HIDDEN void server_state(int control, enum shim_state state);
/* Says why there is no server here, and ends the process. */
NORETURN HIDDEN void server_unsuitable(int control, const char *reason, const char *detail);

HIDDEN void server_publish(const struct state *s, uint64_t number, struct shim_answer *a);
HIDDEN void server_ring(const struct state *s, uint32_t number);
/* Whether a run can be made for the request; installs its arguments. */
HIDDEN int server_accepts(const struct state *s);
/* Readies files and accounts for a run. */
HIDDEN void server_ready(const struct state *s);
/* Goes over to the program. */
NORETURN HIDDEN void server_enter(const struct state *s);

/* The answer as it stands. */
static inline const struct shim_answer *server_said(const struct state *s)
{
	return (const void *)((const char *)s->request + SHIM_ANSWER_OFFSET);
}

/* resident.c */
struct rusage;
HIDDEN void spent_read(const struct rusage *u, struct spent *out);
/* Before the snapshot: makes libc's _exit come here. later is where the state will be. */
HIDDEN void resident_begin(struct state *w, const struct state *later);
/* Finds what the filter must know, once mappings can be read. */
HIDDEN void resident_locate(struct state *w);
/* Whether the request's run may be made in a process that stays. */
HIDDEN int resident_suits(const struct state *s);
/* In the new process, before its first run. */
HIDDEN void resident_enter(const struct state *s);
/* Makes place for another process. error is why there can be no resident one, or 0. */
NORETURN HIDDEN void resident_leave(const struct state *s, int error);

/* Where the state is, for code that libc jumps to. */
extern HIDDEN const struct state *shim_here;
/* The state, if this process is a resident one. */
static inline const struct state *resident_here(void)
{
	const struct state *s = shim_here;
	return s && s->resident_id ? s : NULL;
}
/* Ends a resident process because of what its program asked for: the server repeats the
 * run in another one. */
NORETURN HIDDEN void resident_refuse(const struct state *s);
/* The same, because the areas are too small; there may be resident ones afterwards. */
NORETURN HIDDEN void resident_overflow(const struct state *s);

/* express.c */
/* Makes libc's functions on descriptors come there; 0 if that is not possible. */
HIDDEN int express_begin(void);
/* Where an area lies. */
static inline char *area_of(const struct state *s, unsigned file)
{
	return (char *)s->request + PLACE_AREAS + (size_t)file * SHIM_AREA_SIZE;
}
/* Tells what the run has written. */
HIDDEN void express_tell(const struct state *s, struct shim_answer *a);

/* heap.c */
extern HIDDEN struct heap shim_heap;
/* Makes libc's function jump elsewhere; 0 if that is not possible. */
HIDDEN int divert(const char *name, void *to);
/* Returns whether all that maps and unmaps comes here. */
HIDDEN int zones_begin(struct zones *z, const struct zones *later);
/* Makes zones accessible to the server, or inaccessible again. */
HIDDEN void zones_protect(const struct zones *z, unsigned which, int open);
/* The zones that the run says it has used. */
HIDDEN unsigned zones_used(const struct zones *z);

/* arguments.c */
/* Brings the request's arguments into the room; 0 if they do not fit. */
HIDDEN int arguments_install(const struct state *s);
/* Undoes what a run did to the room. */
HIDDEN void arguments_repair(const struct state *s);
/* Writes the request's arguments where the magic link's reader wants them; the
 * length, 0 if they do not fit. */
HIDDEN size_t arguments_read(const struct state *s);

/* snapshot.c */
/* Saves what the process holds, into *w and the state file behind it; returns why
 * that cannot be done, or NULL. *w goes to the state file's beginning afterwards. */
HIDDEN const char *snapshot_take(struct state *w);
/* Takes down the mappings, once nothing will be mapped any more. */
HIDDEN const char *snapshot_settle(const struct state *s);
/* Undoes a run; returns why that is not possible, or NULL. scan says that the page
 * tables must be read in any case. Fills in the answer's part about memory. */
HIDDEN const char *snapshot_restore(const struct state *s, int scan, uint64_t number,
				    struct shim_answer *a);

HIDDEN void state_write(const struct state *s, const void *field, const void *value, size_t n);
#define state_set(s, member, type, ...) \
	do { \
		type state_value_ = __VA_ARGS__; \
		state_write((s), &(s)->member, &state_value_, sizeof state_value_); \
	} while (0)

/* The scratch: the stack, a buffer for files of /proc, a list of mappings. */
#define BUFFER_SIZE (64 * 1024ul)
#define SCRATCH_SIZE (STACK_SIZE + BUFFER_SIZE + MAX_MAPPINGS * sizeof(struct mapping))
static inline char *scratch_buffer(const struct state *s) { return s->scratch + STACK_SIZE; }
static inline struct mapping *scratch_mappings(const struct state *s)
{
	return (struct mapping *)(s->scratch + STACK_SIZE + BUFFER_SIZE);
}

/* In the state file behind the struct. */
static inline const void *state_at(const struct state *s, uint64_t offset)
{
	return (const char *)s + offset;
}

#endif
