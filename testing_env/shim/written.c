/* Which pages have been written to, as the page tables tell: a page that was not is
 * absent, or is still the file's, or is the one page of zeroes. */
#include "snapshot.h"

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

void walk_begin(struct walk *w, const struct state *s, uint64_t limit)
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

int walk_next(struct walk *w, uint64_t from, uint64_t to, struct run *out)
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

int written_listed(const struct state *s)
{
	struct scan_run probe;
	uint64_t stopped;
	uint64_t page = (uint64_t)s->request;
	return !failed(scan_written(s, page, page + PAGE, &probe, 1, &stopped));
}

uint64_t pages_resident(const struct state *s, uint64_t from, uint64_t to)
{
	uint64_t *entries = (uint64_t *)scratch_buffer(s);
	uint64_t pages = 0;
	while (from < to) {
		uint64_t want = (to - from) / PAGE;
		if (want > BUFFER_SIZE / 8)
			want = BUFFER_SIZE / 8;
		long got = sys4(SYS_pread64, s->pagemap, entries, want * 8, from / PAGE * 8);
		if (got < 8)
			return pages;
		for (long i = 0; i < got / 8; i++)
			pages += (entries[i] & ENTRY_PRESENT) != 0;
		from += (uint64_t)got / 8 * PAGE;
	}
	return pages;
}
