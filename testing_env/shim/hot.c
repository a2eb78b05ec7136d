/* Pages that some run has changed ("hot"): they are compared after each run, and
 * repaired. The list of them lies in the state file; what is in scratch memory
 * beside it matters for speed only. */
#include "snapshot.h"

#include <sys/mman.h>

/* Pages that no run has changed for so many runs are given back, if nothing or the state
 * file takes their place. If they are soon wanted again, patience grows. */
#define PATIENCE_LEAST 16
#define PATIENCE_MOST 240

static const struct hot *hots_of(const struct state *s)
{
	return state_at(s, s->hots);
}

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

uint64_t hots_size(uint64_t hot_limit)
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

struct rebuild {
	const struct state *s;
	uint64_t count; /* of the new list */
	uint64_t zeroes;
	uint64_t fresh; /* zeroes that were not hot before */
	uint64_t untouched; /* of those dropped */
	uint64_t old;   /* cursor in the old list */
	uint32_t mapping; /* cursor in the list of mappings */
	struct run drop;
	int drop_backed;
};

/* Whether the state file is mapped there; pages are asked for in ascending order. */
static int backed(struct rebuild *b, uint64_t page)
{
	const struct state *s = b->s;
	while (b->mapping < s->mapping_count && s->mapping[b->mapping].end <= page)
		b->mapping++;
	return b->mapping < s->mapping_count && s->mapping[b->mapping].start <= page &&
	       s->mapping[b->mapping].inode == s->state_inode;
}

static void drop_flush(struct rebuild *b)
{
	uint64_t size = b->drop.end - b->drop.start;
	/* Locked memory cannot be dropped. */
	if (size && failed(sys3(SYS_madvise, b->drop.start, size, MADV_DONTNEED)) && !b->drop_backed)
		memset((void *)b->drop.start, 0, size);
	b->drop.start = b->drop.end = 0;
}

static void drop(struct rebuild *b, uint64_t page, int is_backed)
{
	if (b->drop.end != page || b->drop_backed != is_backed) {
		drop_flush(b);
		b->drop.start = page;
		b->drop_backed = is_backed;
	}
	b->drop.end = page + PAGE;
}

static void keep(struct rebuild *b, uint64_t page, uint32_t slot, uint8_t idle)
{
	if (b->count >= b->s->hot_limit)
		return; /* cannot be: see hot_limit */
	list_hot(b->s)[b->count].address = page;
	list_hot(b->s)[b->count].slot = slot;
	list_hot(b->s)[b->count].backed = slot && backed(b, page);
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
	b->untouched += known && page_nonzero((void *)page, b->s->wide) == PAGE;
	drop(b, page, 0);
}

const char *hots_scan(const struct state *s, uint64_t *untouched)
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

static int gives_back(const struct hot *h) { return !h->slot || h->backed; }

/* Gives back the pages that nobody has touched for a while. */
static void hots_cool(const struct state *s, struct cooling *c)
{
	struct rebuild b = {.s = s};
	const struct hot *hot = hots_of(s);
	const uint8_t *idle = list_idle(s, 0);
	for (uint64_t i = 0; i < s->hot_count; i++) {
		if (gives_back(&hot[i]) && idle[i] >= c->patience)
			drop(&b, hot[i].address, hot[i].slot != 0);
		else
			keep(&b, hot[i].address, hot[i].slot, idle[i]);
	}
	drop_flush(&b);
	c->given_back = (uint32_t)(s->hot_count - b.count);
	hots_store(s, b.count);
}

uint64_t hots_repair(const struct state *s, struct shim_answer *a)
{
	const struct hot *hot = hots_of(s);
	uint8_t *idle = list_idle(s, 0);
	uint64_t untouched = 0, restored = 0, cold = 0;
	uint64_t count = s->hot_count;
	struct cooling *c = cooling_of(s);
	for (uint64_t i = 0; i < count; i++) {
		char *page = (char *)hot[i].address;
		const char *copy = hot[i].slot ? copy_of(s, hot[i].slot) : NULL;
		if (!(copy ? page_mend(page, copy, s->wide) : page_clear(page, s->wide))) {
			untouched += !copy;
			if (idle[i] < 255)
				idle[i]++;
			cold += gives_back(&hot[i]) && idle[i] >= c->patience;
			continue;
		}
		idle[i] = 0;
		restored++;
	}
	a->hot = count;
	a->restored = restored;
	if (cold)
		hots_cool(s, c);
	return untouched;
}
