/* The parts of a snapshot, and what they share. See snapshot.c for the whole. */
#ifndef SHIM_SNAPSHOT_H
#define SHIM_SNAPSHOT_H

#include "server.h"

/* Address spaces with more pages than this (16 GiB) are not for snapshots. */
#define MAX_PAGES (4ul << 20)

/* written.c: which pages have been written to. */
struct run {
	uint64_t start, end;
};

/* Goes through the written pages of ascending ranges. */
struct walk {
	const struct state *s;
	uint64_t limit;  /* end of the last range */
	uint64_t resume; /* everything below has been read */
	size_t next, count;
	struct run *runs;
};
HIDDEN void walk_begin(struct walk *w, const struct state *s, uint64_t limit);
/* The next run of written pages within [from, to): 1, or 0 if there is none, or -1.
 * Call it with the end of what it gave before as from. */
HIDDEN int walk_next(struct walk *w, uint64_t from, uint64_t to, struct run *out);
/* Whether the kernel can list written pages itself. */
HIDDEN int written_listed(const struct state *s);
/* The number of resident pages in a range. */
HIDDEN uint64_t pages_resident(const struct state *s, uint64_t from, uint64_t to);

/* hot.c: the pages that runs change. */
/* The size of the lists for so many pages. */
HIDDEN uint64_t hots_size(uint64_t limit);
/* Reads the page tables and makes the list of hot pages anew. Pages of zeroes beyond
 * what may be retained are dropped on the way; *untouched counts those of them that
 * the run had left alone. */
HIDDEN const char *hots_scan(const struct state *s, uint64_t *untouched);
/* Repairs the hot pages; returns how many pages of zeroes the run left alone. */
HIDDEN uint64_t hots_repair(const struct state *s, struct shim_answer *a);

/* mappings.c: what is mapped. */
HIDDEN int prot_of(uint32_t prot);
/* Reads the process's mappings into the scratch; returns their number or -1. */
HIDDEN int mappings_read(const struct state *s);
/* Finds the mappings that are wiped in a forked process, by their starts; returns their
 * number, or -1. smaps is a descriptor of /proc/self/smaps. */
HIDDEN int mappings_wiped(const struct state *s, int smaps, uint64_t *out, int max);
/* Makes the mappings what they were, with the zones in *open accessible, and perhaps
 * more of them afterwards. Returns why that is not possible, or NULL. */
HIDDEN const char *mappings_check(const struct state *s, int audit, unsigned *open,
				  struct shim_answer *a);
/* Pages in all and pages of data, out of /proc/self/statm. */
HIDDEN int statm_read(const struct state *s, uint64_t *total, uint64_t *data);
/* Whether the mapping is the shim's own. */
HIDDEN int mapping_ours(const struct state *s, const struct mapping *m);

#define ZONES_ALL (ZONE_HEAP | ZONE_AREA)

static inline uint64_t slot_index(const struct region *r, uint64_t page)
{
	return (r->end - page) / PAGE - 1;
}

static inline uint32_t slot_of(const struct state *s, const struct region *r, uint64_t page)
{
	const uint32_t *slots = state_at(s, r->slots);
	return slots[slot_index(r, page)];
}

static inline const void *copy_of(const struct state *s, uint32_t slot)
{
	return state_at(s, s->copies + (uint64_t)(slot - 1) * PAGE);
}

static inline int in_room(const struct state *s, uint64_t page)
{
	return page - (uint64_t)s->room < s->room_size;
}

#endif
