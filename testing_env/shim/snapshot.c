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
#include "snapshot.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#define AUDIT_EVERY 64
/* From so many pages with content on, it pays to let the kernel say which of them a
 * run has changed, by backing them with the state file. */
#define BACK_FROM 256
#define BACK_SPAN 8
/* So many shorter spans of pages are backed, too; each makes mappings of its own. */
#define BACK_SHORT 128

static int open_away(const char *path, int flags, int *out)
{
	long fd = sys3(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC);
	if (failed(fd))
		return -1;
	*out = (int)sys3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, OWN_FD);
	sys1(SYS_close, fd);
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

#define MAX_WIPED 64

/* Memory that asks to be wiped in forked processes must not come back in two runs
 * either: the C library keeps its store of random numbers there. */
static const char *regions_wipe(struct state *w)
{
	uint64_t starts[MAX_WIPED];
	int smaps;
	if (open_away("/proc/self/smaps", O_RDONLY, &smaps))
		return "its mappings cannot be read";
	int count = mappings_wiped(w, smaps, starts, MAX_WIPED);
	sys1(SYS_close, smaps);
	if (count < 0)
		return "its mappings cannot be read";
	for (uint32_t i = 0; i < w->region_count; i++) {
		struct region *r = &w->region[i];
		for (int k = 0; k < count; k++)
			r->wiped |= r->start == starts[k];
		if (r->wiped)
			sys3(SYS_madvise, r->start, r->end - r->start, MADV_DONTNEED);
	}
	return NULL;
}

/* Finds the regions and gives each its slots. */
static const char *regions_find(struct state *w)
{
	struct mapping *list = scratch_mappings(w);
	int count = mappings_read(w);
	if (count < 0)
		return "its mappings cannot be read";
	uint64_t pages = 0;
	for (int i = 0; i < count; i++) {
		const struct mapping *m = &list[i];
		if (!(m->prot & MAP_WRITE) || mapping_ours(w, m))
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
	uint64_t at = w->copies + (uint64_t)(slot - 1) * PAGE;
	if (at + PAGE > w->file_limit)
		return -1;
	long a = sys4(SYS_pwrite64, w->fd, page, PAGE, at);
	long b = sys4(SYS_pwrite64, w->fd, &slot, sizeof slot, r->slots + slot_index(r, page) * 4);
	return a == PAGE && b == sizeof slot ? 0 : -1;
}

/* Saves a region's pages that hold something. A page backed by a file is saved
 * always: nobody can tell later what it held. */
static const char *region_save(struct state *w, const struct region *r)
{
	static const char failure[] = FILE_LIMIT_REASON;
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
			if (!in_room(w, page) && page_nonzero((void *)page, w->wide) < PAGE &&
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
static const char *region_back(struct state *w, const struct region *r, unsigned *shorts)
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
			int is_short = end - page < BACK_SPAN * PAGE;
			if (slot && (!is_short || *shorts < BACK_SHORT)) {
				*shorts += (unsigned)is_short;
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
	if (open_away("/proc/self/pagemap", O_RDONLY, &w->pagemap) ||
	    open_away("/proc/self/statm", O_RDONLY, &w->statm) ||
	    open_away("/proc/self/maps", O_RDONLY, &w->maps) ||
	    open_away("/proc/self/clear_refs", O_WRONLY, &w->clear_refs))
		return "/proc does not show the process to itself";
	w->dumpable = !dumps_kill_sharers();
	w->brk = (uint64_t)sys1(SYS_brk, 0); /* with the zone behind the heap */

	resident_locate(w);
	w->have_scan = written_listed(w);
	const char *why = self_test(w);
	if (!why)
		why = regions_find(w);
	if (!why)
		why = regions_wipe(w);
	w->copies = w->size;
	for (uint32_t i = 0; !why && i < w->region_count; i++)
		why = region_save(w, &w->region[i]);
	unsigned shorts = 0;
	for (uint32_t i = 0; !why && w->copies_count >= BACK_FROM && i < w->region_count; i++)
		if (!w->region[i].stack)
			why = region_back(w, &w->region[i], &shorts);
	w->hots = w->copies + w->copies_count * PAGE;
	/* Slack for pages that held only zeroes. */
	w->hot_limit = w->copies_count + w->retain + 1;
	w->size = w->hots + page_up(w->hot_limit * sizeof(struct hot));
	w->lists_size = hots_size(w->hot_limit);
	return why;
}

/* Resident pages that are the shim's own. */
static uint64_t overhead_count(const struct state *s)
{
	uint64_t pages = 0;
	for (uint32_t i = 0; i < s->mapping_count; i++)
		if (mapping_ours(s, &s->mapping[i]))
			pages += pages_resident(s, s->mapping[i].start, s->mapping[i].end);
	return pages;
}

const char *snapshot_settle(const struct state *s)
{
	struct mapping *list = scratch_mappings(s);
	int count = mappings_read(s);
	if (count < 0)
		return "its mappings cannot be read";
	uint64_t ours = 0;
	for (int i = 0; i < count; i++) {
		if (mapping_ours(s, &list[i]))
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
	uint64_t total, data;
	if (statm_read(s, &total, &data))
		return "/proc does not show the process to itself";
	state_set(s, pages_total, uint64_t, total);
	state_set(s, pages_data, uint64_t, data);
	sys5(SYS_prctl, PR_SET_DUMPABLE, s->dumpable, 0, 0, 0);
	return NULL;
}

const char *snapshot_restore(const struct state *s, int scan, uint64_t number,
			     struct shim_answer *a)
{
	if (!s->resident_id) /* there, a filter keeps the program from changing it */
		sys5(SYS_prctl, PR_SET_DUMPABLE, s->dumpable, 0, 0, 0);
	int audit = number <= 2 || number % AUDIT_EVERY == 0;
	/* First of all: only what is mapped can be read and written. */
	unsigned open = zones_used(&s->zones) | s->zones_hot;
	zones_protect(&s->zones, open, 1);
	/* Without a call that maps, and without the page fault that makes a stack grow, all is
	 * mapped as it was. */
	int unmoved = s->resident_id && s->memory_guarded && !shim_heap.mapped && !scan && !audit;
	const char *why = unmoved ? NULL : mappings_check(s, audit, &open, a);
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
