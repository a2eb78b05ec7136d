/* Taking an address space back to where it was.
 *
 * At the start, all that is private and writable ("regions") is remembered: pages
 * with content are copied into the state file, all others are zero. After a run,
 * every page that this or an earlier run has changed ("hot") is compared with what
 * it should be and repaired. Pages are kept rather than given back, because a page
 * fault costs as much as clearing six pages; those that stay unchanged for a while
 * are given back after all.
 *
 * Which pages are hot is known from the page tables: a page that was never written
 * to is absent, or is still the file's. They are read only after runs with page
 * faults, for without a fault no page can have appeared. Mappings are compared by
 * the kernel's totals after every run, and line by line when those differ, and
 * every AUDIT_EVERY runs. */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#define AUDIT_EVERY 64
/* Pages of zeroes that no run has changed for so many runs are given back. If they
 * are soon wanted again, patience grows. */
#define PATIENCE_LEAST 16
#define PATIENCE_MOST 240
/* Address spaces with more pages than this (16 GiB) are not for snapshots. */
#define MAX_PAGES (4ul << 20)
/* From so many pages with content on, it pays to let the kernel say which of them a
 * run has changed, by backing them with the state file. */
#define BACK_FROM 256
#define BACK_SPAN 8

/* ---- Pages written to ------------------------------------------------------ */

struct run {
	uint64_t start, end;
};

/* PAGEMAP_SCAN of Linux 6.7; declared here, for the headers may be older. */
struct scan_run {
	uint64_t start, end, categories;
};
struct scan_request {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, all_of, any_of, returned;
};
#define SCAN_REQUEST 0xc0606610ul
#define SCAN_FILE (1u << 2)
#define SCAN_PRESENT (1u << 3)
#define SCAN_SWAPPED (1u << 4)
#define SCAN_ZERO (1u << 5)

#define ENTRY_PRESENT (1ull << 63)
#define ENTRY_SWAPPED (1ull << 62)
#define ENTRY_FILE (1ull << 61)

#define WALK_RUNS 1024
#define WALK_ENTRIES 2048

/* Goes through the written pages of ascending ranges. */
struct walk {
	const struct state *s;
	uint64_t limit;  /* end of the last range */
	uint64_t resume; /* everything below has been read */
	size_t next, count;
	struct run *runs;
};

static void walk_begin(struct walk *w, const struct state *s, uint64_t limit)
{
	w->s = s;
	w->limit = limit;
	w->resume = 0;
	w->next = w->count = 0;
	/* The buffer's second half: the first is for /proc's texts and entries. */
	w->runs = (struct run *)(scratch_buffer(s) + BUFFER_SIZE / 2);
}

static long scan_written(const struct state *s, uint64_t from, uint64_t to, struct scan_run *out,
			 size_t max, uint64_t *stopped)
{
	struct scan_request r = {
		.size = sizeof r,
		.start = from,
		.end = to,
		.vec = (uint64_t)out,
		.vec_len = max,
		.inverted = SCAN_FILE | SCAN_ZERO,
		.all_of = SCAN_FILE | SCAN_ZERO,
		.any_of = SCAN_PRESENT | SCAN_SWAPPED,
		.returned = SCAN_FILE,
	};
	long n = sys3(SYS_ioctl, s->pagemap, SCAN_REQUEST, &r);
	*stopped = r.walk_end;
	return n;
}

static int fill_by_scan(struct walk *w, uint64_t from)
{
	struct scan_run *found = (struct scan_run *)scratch_buffer(w->s);
	long n = scan_written(w->s, from, w->limit, found, WALK_RUNS, &w->resume);
	if (failed(n))
		return -1;
	for (long i = 0; i < n; i++) {
		w->runs[i].start = found[i].start;
		w->runs[i].end = found[i].end;
	}
	w->count = (size_t)n;
	return 0;
}

static int fill_by_entries(struct walk *w, uint64_t from, uint64_t to)
{
	uint64_t *entries = (uint64_t *)scratch_buffer(w->s);
	uint64_t want = (to - from) / PAGE;
	if (want > WALK_ENTRIES)
		want = WALK_ENTRIES;
	long got = sys4(SYS_pread64, w->s->pagemap, entries, want * 8, from / PAGE * 8);
	if (got < 8)
		return -1;
	uint64_t have = (uint64_t)got / 8;
	w->count = 0;
	for (uint64_t i = 0; i < have; i++) {
		int written = (entries[i] & (ENTRY_PRESENT | ENTRY_SWAPPED)) &&
			      !(entries[i] & ENTRY_FILE);
		uint64_t at = from + i * PAGE;
		if (!written)
			continue;
		if (w->count && w->runs[w->count - 1].end == at) {
			w->runs[w->count - 1].end += PAGE;
			continue;
		}
		if (w->count == WALK_RUNS) {
			have = i;
			break;
		}
		w->runs[w->count].start = at;
		w->runs[w->count++].end = at + PAGE;
	}
	w->resume = from + have * PAGE;
	return 0;
}

/* The next run of written pages within [from, to): 1, or 0 if there is none, or -1.
 * Call it with the end of what it gave before as from. */
static int walk_next(struct walk *w, uint64_t from, uint64_t to, struct run *out)
{
	while (from < to) {
		for (; w->next < w->count; w->next++) {
			const struct run *r = &w->runs[w->next];
			if (r->end <= from)
				continue;
			if (r->start >= to)
				return 0;
			out->start = r->start > from ? r->start : from;
			out->end = r->end < to ? r->end : to;
			return 1;
		}
		if (w->resume >= to)
			return 0;
		w->next = w->count = 0;
		uint64_t start = w->resume > from ? w->resume : from;
		int r = w->s->have_scan ? fill_by_scan(w, start) : fill_by_entries(w, start, to);
		if (r)
			return -1;
	}
	return 0;
}

/* ---- Slots ------------------------------------------------------------------- */

static uint64_t slot_index(const struct region *r, uint64_t page)
{
	return (r->end - page) / PAGE - 1;
}

static uint32_t slot_of(const struct state *s, const struct region *r, uint64_t page)
{
	const uint32_t *slots = state_at(s, r->slots);
	return slots[slot_index(r, page)];
}

static const void *copy_of(const struct state *s, uint32_t slot)
{
	return state_at(s, s->copies + (uint64_t)(slot - 1) * PAGE);
}

static const struct hot *hots_of(const struct state *s)
{
	return state_at(s, s->hots);
}

static int in_room(const struct state *s, uint64_t page)
{
	return page - (uint64_t)s->room < s->room_size;
}

/* ---- Lists in scratch memory ------------------------------------------------- */

/* Nothing depends on these but speed. */
struct cooling {
	uint32_t patience;
	uint32_t given_back; /* pages, last time */
};

static struct cooling *cooling_of(const struct state *s)
{
	struct cooling *c = (struct cooling *)s->lists;
	if (c->patience < PATIENCE_LEAST || c->patience > PATIENCE_MOST)
		c->patience = PATIENCE_LEAST;
	return c;
}

/* How often in a row a hot page was found unchanged; two of them, because lists are
 * made from lists. */
static uint8_t *list_idle(const struct state *s, int which)
{
	return (uint8_t *)s->lists + sizeof(struct cooling) + (which ? s->hot_limit : 0);
}

static struct hot *list_hot(const struct state *s)
{
	return (struct hot *)(s->lists + page_up(sizeof(struct cooling) + 2 * s->hot_limit));
}

static uint64_t lists_size(uint64_t hot_limit)
{
	return page_up(sizeof(struct cooling) + 2 * hot_limit) +
	       page_up(hot_limit * sizeof(struct hot));
}

static unsigned zones_of(const struct state *s, const struct hot *list, uint64_t count)
{
	const struct zones *z = &s->zones;
	unsigned found = 0;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = list[i].address;
		if (at >= z->heap_open && at < z->heap_end)
			found |= ZONE_HEAP;
		if (at >= z->area && at < z->area_end)
			found |= ZONE_AREA;
	}
	return found;
}

static void hots_store(const struct state *s, uint64_t count)
{
	const struct hot *list = list_hot(s);
	uint64_t old = s->hot_count;
	uint64_t same = 0;
	while (same < count && same < old && list[same].address == hots_of(s)[same].address)
		same++;
	/* Appending is the common case. */
	if (same < count)
		sys4(SYS_pwrite64, s->fd, list + same, (count - same) * sizeof *list,
		     s->hots + same * sizeof *list);
	if (count != old)
		state_set(s, hot_count, uint64_t, count);
	memcpy(list_idle(s, 0), list_idle(s, 1), count);
	unsigned zones = zones_of(s, list, count);
	if (zones != s->zones_hot)
		state_set(s, zones_hot, uint32_t, zones);
}

/* ---- Taking the snapshot ----------------------------------------------------- */

static int open_away(struct state *w, const char *path, int flags, int *out)
{
	long fd = sys3(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC);
	if (failed(fd))
		return -1;
	*out = (int)sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 32);
	sys1(SYS_close, fd);
	(void)w;
	return failed(*out) ? -1 : 0;
}

/* Up to Linux 5.15, a core dump of the run ends every process that shares its
 * memory; without dumpability there is none. */
static int dumps_kill_sharers(void)
{
	struct utsname u;
	sys1(SYS_uname, &u);
	const char *at = u.release;
	uint64_t major = text_number(&at, 10);
	at++;
	uint64_t minor = text_number(&at, 10);
	return major < 5 || (major == 5 && minor < 16);
}

static int written(const struct state *s, uint64_t page)
{
	struct walk w;
	struct run r;
	walk_begin(&w, s, page + PAGE);
	return walk_next(&w, page, page + PAGE, &r);
}

/* Whether the page tables can be read here, and say what they should: emulators and
 * other kernels differ. */
static const char *self_test(struct state *w)
{
	char *page = (char *)w->request + PLACE_LISTS;
	sys2(SYS_ftruncate, w->fd, PAGE);
	long got = sysmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, w->fd, 0);
	if (failed(got))
		return "the state file cannot be mapped";
	const char *why = NULL;
	volatile char *byte = page;
	(void)*byte;
	if (written(w, (uint64_t)page) != 0)
		why = "the page tables cannot be read";
	*byte = 1;
	if (written(w, (uint64_t)page) != 1)
		why = "the page tables cannot be read";
	sys2(SYS_munmap, page, PAGE);
	return why;
}

static int is_ours(const struct state *s, const struct mapping *m)
{
	uint64_t place = (uint64_t)s->request;
	return m->start >= place && m->start < place + PLACE_END;
}

static int prot_of(uint32_t prot)
{
	return ((prot & MAP_READ) ? PROT_READ : 0) | ((prot & MAP_WRITE) ? PROT_WRITE : 0) |
	       ((prot & MAP_EXEC) ? PROT_EXEC : 0);
}

/* Finds the regions and gives each its slots. */
static const char *regions_find(struct state *w)
{
	struct mapping *list = scratch_mappings(w);
	int count = maps_read(w->maps, scratch_buffer(w), BUFFER_SIZE, list, MAX_MAPPINGS);
	if (count < 0)
		return "its mappings cannot be read";
	uint64_t pages = 0;
	for (int i = 0; i < count; i++) {
		const struct mapping *m = &list[i];
		if (!(m->prot & MAP_WRITE) || is_ours(w, m))
			continue;
		if (m->prot & MAP_SHARE)
			return "it shares memory with other processes";
		if (w->region_count == MAX_REGIONS)
			return "it has too many mappings";
		struct region *r = &w->region[w->region_count++];
		r->start = m->start;
		r->end = m->end;
		r->stack = m->stack;
		r->file = m->inode != 0;
		r->prot = m->prot;
		r->slots = w->size;
		/* A stack may grow; what is not used of this costs nothing. */
		uint64_t room = (m->end - m->start) / PAGE + (m->stack ? MAX_PAGES / 4 : 0);
		w->size += page_up(room * sizeof(uint32_t));
		pages += room;
	}
	return pages > MAX_PAGES ? "it has too much memory" : NULL;
}

static int page_save(struct state *w, const struct region *r, uint64_t page)
{
	uint32_t slot = (uint32_t)++w->copies_count;
	long a = sys4(SYS_pwrite64, w->fd, page, PAGE, w->copies + (uint64_t)(slot - 1) * PAGE);
	long b = sys4(SYS_pwrite64, w->fd, &slot, sizeof slot, r->slots + slot_index(r, page) * 4);
	return a == PAGE && b == sizeof slot ? 0 : -1;
}

/* Saves a region's pages that hold something. A page backed by a file is saved
 * always: nobody can tell later what it held. */
static const char *region_save(struct state *w, const struct region *r)
{
	static const char failure[] = "the state file cannot be written";
	if (r->file) {
		for (uint64_t page = r->start; page < r->end; page += PAGE)
			if (page_save(w, r, page))
				return failure;
		return NULL;
	}
	struct walk walk;
	struct run run;
	int more;
	walk_begin(&walk, w, r->end);
	for (uint64_t at = r->start; (more = walk_next(&walk, at, r->end, &run)) > 0; at = run.end)
		for (uint64_t page = run.start; page < run.end; page += PAGE)
			if (!in_room(w, page) && page_nonzero((void *)page) < PAGE &&
			    page_save(w, r, page))
				return failure;
	return more < 0 ? "the page tables cannot be read" : NULL;
}

static uint32_t slot_read(const struct state *w, const struct region *r, uint64_t page)
{
	uint32_t slot = 0;
	sys4(SYS_pread64, w->fd, &slot, sizeof slot, r->slots + slot_index(r, page) * 4);
	return slot;
}

/* Puts the state file's copies where the pages themselves were. */
static const char *region_back(struct state *w, const struct region *r)
{
	struct walk walk;
	struct run run;
	int more;
	walk_begin(&walk, w, r->end);
	for (uint64_t at = r->start; (more = walk_next(&walk, at, r->end, &run)) > 0; at = run.end) {
		for (uint64_t page = run.start; page < run.end;) {
			uint32_t slot = slot_read(w, r, page);
			uint64_t end = page + PAGE;
			while (slot && end < run.end &&
			       slot_read(w, r, end) == slot + (end - page) / PAGE)
				end += PAGE;
			if (slot && end - page >= BACK_SPAN * PAGE) {
				long got = sysmap(page, end - page, prot_of(r->prot),
						  MAP_PRIVATE | MAP_FIXED, w->fd,
						  w->copies + (uint64_t)(slot - 1) * PAGE);
				if (failed(got))
					return "the snapshot cannot be mapped";
			}
			page = end;
		}
	}
	return more < 0 ? "the page tables cannot be read" : NULL;
}

const char *snapshot_take(struct state *w)
{
	if (open_away(w, "/proc/self/pagemap", O_RDONLY, &w->pagemap) ||
	    open_away(w, "/proc/self/statm", O_RDONLY, &w->statm) ||
	    open_away(w, "/proc/self/maps", O_RDONLY, &w->maps) ||
	    open_away(w, "/proc/self/clear_refs", O_WRONLY, &w->clear_refs))
		return "/proc does not show the process to itself";
	w->dumpable = !dumps_kill_sharers();
	w->brk = (uint64_t)sys1(SYS_brk, 0); /* with the zone behind the heap */

	struct scan_run probe;
	uint64_t stopped;
	uint64_t page = (uint64_t)w->request;
	w->have_scan = !failed(scan_written(w, page, page + PAGE, &probe, 1, &stopped));
	const char *why = self_test(w);
	if (!why)
		why = regions_find(w);
	w->copies = w->size;
	for (uint32_t i = 0; !why && i < w->region_count; i++)
		why = region_save(w, &w->region[i]);
	for (uint32_t i = 0; !why && w->copies_count >= BACK_FROM && i < w->region_count; i++)
		if (!w->region[i].stack)
			why = region_back(w, &w->region[i]);
	w->hots = w->copies + w->copies_count * PAGE;
	/* Slack for pages that held only zeroes. */
	w->hot_limit = w->copies_count + w->retain + 1;
	w->size = w->hots + page_up(w->hot_limit * sizeof(struct hot));
	w->lists_size = lists_size(w->hot_limit);
	return why;
}

/* ---- Which pages are hot ------------------------------------------------------ */

struct rebuild {
	const struct state *s;
	uint64_t count; /* of the new list */
	uint64_t zeroes;
	uint64_t fresh; /* zeroes that were not hot before */
	uint64_t untouched; /* of those dropped */
	uint64_t old;   /* cursor in the old list */
	struct run drop;
};

static void drop_flush(struct rebuild *b)
{
	uint64_t size = b->drop.end - b->drop.start;
	/* Locked memory cannot be dropped. */
	if (size && failed(sys3(SYS_madvise, b->drop.start, size, MADV_DONTNEED)))
		memset((void *)b->drop.start, 0, size);
	b->drop.start = b->drop.end = 0;
}

static void drop(struct rebuild *b, uint64_t page)
{
	if (b->drop.end != page) {
		drop_flush(b);
		b->drop.start = page;
	}
	b->drop.end = page + PAGE;
}

static void keep(struct rebuild *b, uint64_t page, uint32_t slot, uint8_t idle)
{
	if (b->count >= b->s->hot_limit)
		return; /* cannot be: see hot_limit */
	list_hot(b->s)[b->count].address = page;
	list_hot(b->s)[b->count].slot = slot;
	list_hot(b->s)[b->count].reserved = 0;
	list_idle(b->s, 1)[b->count++] = idle;
}

/* Takes over the old list's entries below the given page. Those with content stay
 * for good, for a run may have dropped the page itself. */
static void keep_old(struct rebuild *b, uint64_t below)
{
	const struct hot *old = hots_of(b->s);
	for (; b->old < b->s->hot_count && old[b->old].address < below; b->old++)
		if (old[b->old].slot)
			keep(b, old[b->old].address, old[b->old].slot, 0);
}

static void keep_written(struct rebuild *b, const struct region *r, uint64_t page)
{
	const struct state *s = b->s;
	if (in_room(s, page))
		return;
	keep_old(b, page);
	int known = b->old < s->hot_count && hots_of(s)[b->old].address == page;
	uint8_t idle = known ? list_idle(s, 0)[b->old++] : 0;
	uint32_t slot = slot_of(s, r, page);
	if (slot || b->zeroes++ < s->retain) {
		b->fresh += !known;
		keep(b, page, slot, idle);
		return;
	}
	b->untouched += known && page_nonzero((void *)page) == PAGE;
	drop(b, page);
}

/* Reads the page tables and makes the list of hot pages anew. Pages of zeroes beyond
 * what may be retained are dropped on the way; *untouched counts those of them that
 * the run had left alone. */
static const char *hots_scan(const struct state *s, uint64_t *untouched)
{
	struct rebuild b = {.s = s};
	struct walk walk;
	struct run run;
	walk_begin(&walk, s, s->region[s->region_count - 1].end);
	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct region *r = &s->region[i];
		int more;
		for (uint64_t at = r->start; (more = walk_next(&walk, at, r->end, &run)) > 0;
		     at = run.end)
			for (uint64_t page = run.start; page < run.end; page += PAGE)
				keep_written(&b, r, page);
		if (more < 0)
			return "the page tables cannot be read";
	}
	drop_flush(&b);
	keep_old(&b, UINT64_MAX);
	hots_store(s, b.count);
	*untouched = b.untouched;
	struct cooling *c = cooling_of(s);
	if (c->given_back && b.fresh * 2 >= c->given_back) {
		c->patience *= 4;
		if (c->patience > PATIENCE_MOST)
			c->patience = PATIENCE_MOST;
		c->given_back = 0;
	}
	return NULL;
}

/* Gives back the pages of zeroes that nobody has touched for a while. */
static void hots_cool(const struct state *s, struct cooling *c)
{
	struct rebuild b = {.s = s};
	const struct hot *hot = hots_of(s);
	const uint8_t *idle = list_idle(s, 0);
	for (uint64_t i = 0; i < s->hot_count; i++) {
		if (!hot[i].slot && idle[i] >= c->patience)
			drop(&b, hot[i].address);
		else
			keep(&b, hot[i].address, hot[i].slot, idle[i]);
	}
	drop_flush(&b);
	c->given_back = (uint32_t)(s->hot_count - b.count);
	hots_store(s, b.count);
}

/* Repairs the hot pages; returns how many pages of zeroes the run left alone. */
static uint64_t hots_repair(const struct state *s, struct shim_answer *a)
{
	const struct hot *hot = hots_of(s);
	uint8_t *idle = list_idle(s, 0);
	uint64_t untouched = 0, restored = 0, cold = 0;
	uint64_t count = s->hot_count;
	struct cooling *c = cooling_of(s);
	for (uint64_t i = 0; i < count; i++) {
		char *page = (char *)hot[i].address;
		const char *copy = hot[i].slot ? copy_of(s, hot[i].slot) : NULL;
		size_t at = copy ? page_difference(page, copy) : page_nonzero(page);
		if (at == PAGE) {
			untouched += !copy;
			if (idle[i] < 255)
				idle[i]++;
			cold += !copy && idle[i] >= c->patience;
			continue;
		}
		idle[i] = 0;
		restored++;
		if (copy)
			memcpy(page + at, copy + at, PAGE - at);
		else
			memset(page + at, 0, PAGE - at);
	}
	a->hot = count;
	a->restored = restored;
	if (cold)
		hots_cool(s, c);
	return untouched;
}

/* ---- Mappings ------------------------------------------------------------------ */

/* Whether the part of now that lies in before is what it was. */
static int mapping_same(const struct mapping *before, const struct mapping *now)
{
	if (before->prot != now->prot || before->inode != now->inode)
		return 0;
	return !before->inode ||
	       before->offset - before->start == now->offset - now->start;
}

/* A stack has grown: it may stay so, for its limit is the same. */
static const char *stack_grown(const struct state *s, uint32_t mapping, uint64_t start)
{
	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct region *r = &s->region[i];
		if (!r->stack)
			continue;
		if ((r->end - start) / PAGE > MAX_PAGES / 4)
			return "its stack has grown too large";
		state_set(s, region[i].start, uint64_t, start);
		state_set(s, mapping[mapping].start, uint64_t, start);
	}
	return NULL;
}

/* Fills a range that has just been mapped anew with what was there. */
static void range_fill(const struct state *s, uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct region *r = &s->region[i];
		for (uint64_t page = from > r->start ? from : r->start;
		     page < to && page < r->end; page += PAGE) {
			uint32_t slot = slot_of(s, r, page);
			if (slot)
				memcpy((void *)page, copy_of(s, slot), PAGE);
		}
	}
}

/* Makes [from, to), a part of the mapping was, what it was. now is what is there,
 * or NULL. Allocators give back memory that they had before the run; what belongs to
 * a library's file, nobody takes away. */
static int mapping_mend(const struct state *s, const struct mapping *was, uint64_t from,
			uint64_t to, const struct mapping *now)
{
	int prot = prot_of(was->prot);
	if (was->prot & MAP_SHARE)
		return -1;
	if (now && now->inode == was->inode &&
	    (!was->inode || now->offset - now->start == was->offset - was->start))
		return failed(sys3(SYS_mprotect, from, to - from, prot)) ? -1 : 0;
	if (was->inode == s->state_inode)
		return failed(sysmap(from, to - from, prot, MAP_PRIVATE | MAP_FIXED, s->fd,
				     was->offset + (from - was->start)))
			       ? -1
			       : 0;
	int had_content = (was->prot & (MAP_READ | MAP_EXEC)) && !(was->prot & MAP_WRITE);
	if (was->inode || was->stack || had_content)
		return -1;
	if (failed(sysmap(from, to - from, prot,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)))
		return -1;
	if (was->prot & MAP_WRITE)
		range_fill(s, from, to);
	return 0;
}

/* Removes the parts of a mapping that are new. */
static void mapping_trim(const struct state *s, const struct mapping *now, uint32_t first)
{
	uint64_t at = now->start;
	for (uint32_t e = first; at < now->end && e <= s->mapping_count; e++) {
		int last = e == s->mapping_count || s->mapping[e].start >= now->end;
		uint64_t stop = last ? now->end : s->mapping[e].start;
		if (stop > at)
			sys2(SYS_munmap, at, stop - at);
		if (last)
			return;
		at = s->mapping[e].end > at ? s->mapping[e].end : at;
	}
}

/* Mends one mapping, given the mappings there are, from the first that ends behind
 * its start. */
static int mapping_check(const struct state *s, const struct mapping *was,
			 const struct mapping *now, const struct mapping *end)
{
	uint64_t at = was->start;
	for (; now < end && now->start < was->end; now++) {
		uint64_t from = now->start > at ? now->start : at;
		uint64_t to = now->end < was->end ? now->end : was->end;
		if (from > at && mapping_mend(s, was, at, from, NULL))
			return -1;
		if (!mapping_same(was, now) && mapping_mend(s, was, from, to, now))
			return -1;
		at = to;
	}
	return at < was->end ? mapping_mend(s, was, at, was->end, NULL) : 0;
}

/* Makes the mappings what they were. */
static const char *mappings_repair(const struct state *s)
{
	struct mapping *now = scratch_mappings(s);
	int count = maps_read(s->maps, scratch_buffer(s), BUFFER_SIZE, now, MAX_MAPPINGS);
	if (count < 0)
		return "it leaves too many mappings behind";
	const struct mapping *end = now + count;
	for (const struct mapping *m = now; m < end; m++) {
		if (!m->stack || m->start >= s->mapping[s->stack_mapping].start)
			continue;
		const char *why = stack_grown(s, s->stack_mapping, m->start);
		if (why)
			return why;
	}
	uint32_t e = 0;
	for (const struct mapping *m = now; m < end; m++) {
		while (e < s->mapping_count && s->mapping[e].end <= m->start)
			e++;
		mapping_trim(s, m, e);
	}
	const struct mapping *m = now;
	for (e = 0; e < s->mapping_count; e++) {
		while (m < end && m->end <= s->mapping[e].start)
			m++;
		if (mapping_check(s, &s->mapping[e], m, end))
			return "it changes mappings that it did not make";
	}
	return NULL;
}

#define ZONES_ALL (ZONE_HEAP | ZONE_AREA)

/* What statm's data should be while these zones are open. */
static uint64_t data_expected(const struct state *s, unsigned open)
{
	const struct zones *z = &s->zones;
	return s->pages_data + ((open & ZONE_HEAP) ? (z->heap_end - z->heap_open) / PAGE : 0) +
	       ((open & ZONE_AREA) ? (z->area_end - z->area) / PAGE : 0);
}

/* Whether the kernel's totals are what they should be. */
static int mappings_sum(const struct state *s, unsigned open)
{
	uint64_t total, resident, data;
	return !statm_read(s->statm, &total, &resident, &data) && total == s->pages_total &&
	       data == data_expected(s, open);
}

/* Puts the zones back where a run has torn holes into them. */
static void zones_mend(const struct state *s)
{
	const struct zones *z = &s->zones;
	sys1(SYS_brk, s->brk);
	zones_protect(z, ZONES_ALL, 1);
	if (z->area_end > z->area && !mappings_sum(s, ZONES_ALL))
		sysmap(z->area, z->area_end - z->area, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

/* Makes the mappings what they were, with the zones in *open accessible, and perhaps
 * more of them afterwards. */
static const char *mappings_check(const struct state *s, int audit, unsigned *open,
				  struct shim_answer *a)
{
	zones_protect(&s->zones, *open, 1);
	if (!audit && mappings_sum(s, *open))
		return NULL;
	if (!audit) {
		sys1(SYS_brk, s->brk);
		if (mappings_sum(s, *open))
			return NULL;
	}
	*open = ZONES_ALL;
	zones_mend(s);
	if (!audit && mappings_sum(s, *open))
		return NULL;
	a->audits = 1;
	sys0(SYS_munlockall);
	sys5(SYS_prctl, PR_SET_THP_DISABLE, 0, 0, 0, 0);
	uint64_t stack = s->mapping[s->stack_mapping].start;
	const char *why = mappings_repair(s);
	if (why || mappings_sum(s, *open))
		return why;
	uint64_t grown = (stack - s->mapping[s->stack_mapping].start) / PAGE;
	if (!grown)
		return "it changes mappings that it did not make";
	state_set(s, pages_total, uint64_t, s->pages_total + grown);
	/* Whether a stack counts as data differs between kernels. */
	if (!mappings_sum(s, *open))
		state_set(s, pages_data, uint64_t, s->pages_data + grown);
	return mappings_sum(s, *open) ? NULL : "it changes mappings that it did not make";
}

/* Resident pages that are the shim's own, by counting them. */
static uint64_t overhead_count(const struct state *s)
{
	uint64_t *entries = (uint64_t *)scratch_buffer(s);
	const struct mapping *m = s->mapping;
	uint64_t pages = 0;
	for (uint32_t i = 0; i < s->mapping_count; i++) {
		if (!is_ours(s, &m[i]))
			continue;
		for (uint64_t at = m[i].start; at < m[i].end;) {
			uint64_t want = (m[i].end - at) / PAGE;
			if (want > BUFFER_SIZE / 8)
				want = BUFFER_SIZE / 8;
			long got = sys4(SYS_pread64, s->pagemap, entries, want * 8, at / PAGE * 8);
			if (got < 8)
				return pages;
			for (long k = 0; k < got / 8; k++)
				pages += (entries[k] & ENTRY_PRESENT) != 0;
			at += (uint64_t)got / 8 * PAGE;
		}
	}
	return pages;
}

const char *snapshot_settle(const struct state *s)
{
	struct mapping *list = scratch_mappings(s);
	int count = maps_read(s->maps, scratch_buffer(s), BUFFER_SIZE, list, MAX_MAPPINGS);
	if (count < 0)
		return "its mappings cannot be read";
	uint64_t ours = 0;
	for (int i = 0; i < count; i++) {
		if (is_ours(s, &list[i]))
			ours += list[i].end - list[i].start;
		if (list[i].stack)
			state_set(s, stack_mapping, uint32_t, (uint32_t)i);
		if (list[i].start == (uint64_t)s)
			state_set(s, state_inode, uint64_t, list[i].inode);
	}
	state_write(s, s->mapping, list, (size_t)count * sizeof *list);
	state_set(s, mapping_count, uint32_t, (uint32_t)count);
	const struct zones *z = &s->zones;
	ours += z->heap_end - z->heap_base + z->area_end - z->area;
	state_set(s, address_space, uint64_t, ours);
	uint64_t untouched;
	const char *why = hots_scan(s, &untouched);
	if (why)
		return why;
	zones_protect(&s->zones, ZONES_ALL, 0);
	uint64_t total, resident, data;
	if (statm_read(s->statm, &total, &resident, &data))
		return "/proc does not show the process to itself";
	state_set(s, pages_total, uint64_t, total);
	state_set(s, pages_data, uint64_t, data);
	sys5(SYS_prctl, PR_SET_DUMPABLE, s->dumpable, 0, 0, 0);
	return NULL;
}

const char *snapshot_restore(const struct state *s, int scan, uint64_t number,
			     struct shim_answer *a)
{
	sys5(SYS_prctl, PR_SET_DUMPABLE, s->dumpable, 0, 0, 0);
	int audit = number <= 2 || number % AUDIT_EVERY == 0;
	/* First of all: only what is mapped can be read and written. */
	unsigned open = zones_used(&s->zones) | s->zones_hot;
	const char *why = mappings_check(s, audit, &open, a);
	if (why)
		return why;
	if (audit)
		state_set(s, overhead, uint64_t, overhead_count(s));
	uint64_t untouched = 0;
	if (scan) {
		a->scans = 1;
		why = hots_scan(s, &untouched);
		if (why)
			return why;
	}
	untouched += hots_repair(s, a);
	uint64_t foreign = (untouched + s->overhead) * PAGE;
	zones_protect(&s->zones, open, 0);
	arguments_repair(s);
	a->max_rss = a->max_rss > foreign ? a->max_rss - foreign : 0;
	return NULL;
}
