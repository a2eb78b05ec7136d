/* What is mapped, and making it so again. */
#include "snapshot.h"

#include <sys/mman.h>
#include <sys/prctl.h>

/* Reads a file of /proc by lines, through the scratch's buffer. */
struct lines {
	int fd;
	char *buffer;
	size_t from, have; /* what of the buffer is still to be given out */
};

static int lines_begin(struct lines *l, const struct state *s, int fd)
{
	l->fd = fd;
	l->buffer = scratch_buffer(s);
	l->from = l->have = 0;
	return failed(sys3(SYS_lseek, fd, 0, 0)) ? -1 : 0;
}

/* The next line, without its end, or NULL at the file's. */
static const char *lines_next(struct lines *l)
{
	for (size_t i = l->from;; i++) {
		if (i == l->have) {
			memmove(l->buffer, l->buffer + l->from, l->have - l->from);
			i = l->have -= l->from;
			l->from = 0;
			long got = sys3(SYS_read, l->fd, l->buffer + l->have, BUFFER_SIZE - l->have);
			if (got <= 0)
				return NULL;
			l->have += (size_t)got;
		}
		if (l->buffer[i] != '\n')
			continue;
		l->buffer[i] = 0;
		const char *line = l->buffer + l->from;
		l->from = i + 1;
		return line;
	}
}

/* Reads a line of /proc/self/maps. */
static void mapping_parse(const char *at, struct mapping *out)
{
	out->start = text_number(&at, 16);
	at++;
	out->end = text_number(&at, 16);
	at++;
	out->prot = (at[0] == 'r' ? MAP_READ : 0) | (at[1] == 'w' ? MAP_WRITE : 0) |
		    (at[2] == 'x' ? MAP_EXEC : 0) | (at[3] == 's' ? MAP_SHARE : 0);
	at += 5;
	out->offset = text_number(&at, 16);
	at++;
	uint64_t major = text_number(&at, 16);
	at++;
	uint64_t minor = text_number(&at, 16);
	at++;
	/* Device and number together tell files apart well enough. */
	out->inode = text_number(&at, 10) | (major << 56) | (minor << 44);
	while (*at == ' ')
		at++;
	out->stack = text_starts(at, "[stack]");
}

int mappings_read(const struct state *s)
{
	struct lines l;
	const char *line;
	struct mapping *out = scratch_mappings(s);
	int count = 0;
	if (lines_begin(&l, s, s->maps))
		return -1;
	for (; (line = lines_next(&l)); count++) {
		if (count == MAX_MAPPINGS)
			return -1;
		mapping_parse(line, &out[count]);
	}
	return count;
}

int mappings_wiped(const struct state *s, int smaps, uint64_t *out, int max)
{
	struct lines l;
	const char *line;
	uint64_t start = 0;
	int count = 0;
	if (lines_begin(&l, s, smaps))
		return -1;
	while ((line = lines_next(&l))) {
		/* Headings begin with an address, all other lines with a capital. */
		if (*line >= 'A' && *line <= 'Z' && !text_starts(line, "VmFlags:"))
			continue;
		if (!text_starts(line, "VmFlags:")) {
			start = text_number(&line, 16);
			continue;
		}
		for (; *line && !text_starts(line, " wf"); line++)
			;
		if (!*line)
			continue;
		if (count == max)
			return -1;
		out[count++] = start;
	}
	return count;
}

int statm_read(const struct state *s, uint64_t *total, uint64_t *data)
{
	char text[128];
	long n = sys4(SYS_pread64, s->statm, text, sizeof text - 1, 0);
	if (n <= 0)
		return -1;
	text[n] = 0;
	const char *at = text;
	uint64_t field[6];
	for (int i = 0; i < 6; i++) {
		field[i] = text_number(&at, 10);
		at++;
	}
	*total = field[0];
	*data = field[5];
	return 0;
}

int prot_of(uint32_t prot)
{
	return ((prot & MAP_READ) ? PROT_READ : 0) | ((prot & MAP_WRITE) ? PROT_WRITE : 0) |
	       ((prot & MAP_EXEC) ? PROT_EXEC : 0);
}

int mapping_ours(const struct state *s, const struct mapping *m)
{
	uint64_t place = (uint64_t)s->request;
	return m->start >= place && m->start < place + PLACE_END;
}

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
	int count = mappings_read(s);
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
	uint64_t total, data;
	return !statm_read(s, &total, &data) && total == s->pages_total &&
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

const char *mappings_check(const struct state *s, int audit, unsigned *open,
				  struct shim_answer *a)
{
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
