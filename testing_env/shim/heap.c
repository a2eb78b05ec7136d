/* Memory that a run asks for, and that the next run will ask for again.
 *
 * Growing the heap and mapping large blocks would cost a page fault a page in every
 * run. So a snapshot keeps two zones of pages that earlier runs have used, cleared:
 * one behind the heap's end and one for blocks from mmap. libc's brk, mmap and
 * munmap, which malloc calls, are made to jump here, and hand the zones out bit by
 * bit, at the addresses and with the accessibility that the kernel would give: what
 * was not handed out crashes whoever touches it.
 *
 * These functions run in the program's process. What they remember is restored with
 * the rest of its memory, and the server takes it for a hint. */
#define _GNU_SOURCE
#include "server.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

/* So much behind the heap's end is accessible from the beginning, to save the system
 * call that would make it so: about as much as malloc asks for at a time. */
#define HEAP_OPEN (256 * 1024ul)
#define HEAP_ZONE (64ul << 20)
#define AREA_ZONE (64ul << 20)
/* malloc maps blocks of 128 KiB or more. */
#define AREA_LEAST (64 * 1024ul)
/* Larger blocks that come a second time in one run are left to the kernel to clear,
 * which it does as they are used. */
#define CLEAR_MOST (1ul << 20)

struct heap shim_heap HIDDEN;

static inline long protect(uint64_t from, uint64_t to, int prot)
{
	return sys3(SYS_mprotect, from, to - from, prot);
}

static int answer(long r)
{
	if (!failed(r))
		return 0;
	errno = (int)-r;
	return -1;
}

/* ---- The heap's end --------------------------------------------------------- */

/* Within the zone. The end may lie behind it, if the kernel has lent more. */
static void heap_move(uint64_t want)
{
	struct heap *h = &shim_heap;
	const struct zones *z = h->zones;
	uint64_t from = page_up(h->end), to = page_up(want);
	if (from > z->heap_end) {
		h->mapped = 1;
		sys1(SYS_brk, z->heap_end);
		from = z->heap_end;
	}
	/* What is given back must read as zeroes when it comes again. */
	if (to < from)
		sys3(SYS_madvise, to, from - to, MADV_DONTNEED);
	uint64_t open = to > z->heap_open ? to : z->heap_open;
	if (to < from && open < h->open)
		protect(open, h->open, PROT_NONE);
	else if (open > h->open)
		protect(h->open, open, PROT_READ | PROT_WRITE);
	else
		open = h->open;
	h->open = open;
	h->end = want;
}

/* In libc's place: moves the end and tells it, or only tells it. */
static int heap_break(void *address)
{
	struct heap *h = &shim_heap;
	const struct zones *z = h->zones;
	uint64_t want = (uint64_t)address;
	int refused = 0;
	if (want >= z->heap_base && want <= z->heap_end) {
		heap_move(want);
	} else if (want > z->heap_end) {
		h->mapped = 1;
		refused = (uint64_t)sys1(SYS_brk, want) != want;
		if (!refused) {
			if (h->open < z->heap_end)
				protect(h->open, z->heap_end, PROT_READ | PROT_WRITE);
			h->open = z->heap_end;
			h->end = want;
		}
	}
	*h->libc_end = (void *)h->end;
	if (refused)
		errno = ENOMEM;
	return -refused;
}

/* ---- Blocks ------------------------------------------------------------------- */

/* Blocks come and go in all threads, and in signal handlers. Who does not get the
 * lock goes to the kernel, which is always right. */
static int area_lock(void)
{
	return !__atomic_exchange_n(&shim_heap.locked, 1, __ATOMIC_ACQUIRE);
}

static void area_unlock(void)
{
	__atomic_store_n(&shim_heap.locked, 0, __ATOMIC_RELEASE);
}

/* The highest place that is large enough, as the kernel chooses, or 0. */
static uint64_t area_place(uint64_t size)
{
	struct heap *h = &shim_heap;
	const struct zones *z = h->zones;
	if (h->count == MAX_BLOCKS)
		return 0;
	uint64_t above = z->area_end;
	for (uint32_t i = 0; i <= h->count; i++) {
		uint64_t below = i < h->count ? h->block[i].end : z->area;
		if (above - below >= size) {
			for (uint32_t k = h->count++; k > i; k--)
				h->block[k] = h->block[k - 1];
			h->block[i].start = above - size;
			h->block[i].end = above;
			return above - size;
		}
		above = i < h->count ? h->block[i].start : 0;
	}
	return 0;
}

static uint64_t area_take(uint64_t size)
{
	struct heap *h = &shim_heap;
	if (!area_lock())
		return 0;
	uint64_t start = area_place(size);
	uint64_t used = h->area_low;
	if (start && failed(protect(start, start + size, PROT_READ | PROT_WRITE)))
		start = 0; /* the block stays taken, which does no harm */
	if (start && start < used)
		h->area_low = start;
	area_unlock();
	/* Below what this run has used, all is zero. */
	uint64_t from = start > used ? start : used;
	if (start && start + size > from && start + size - from > CLEAR_MOST)
		sys3(SYS_madvise, from, start + size - from, MADV_DONTNEED);
	else if (start && start + size > from)
		memset((void *)from, 0, start + size - from);
	return start;
}

static int area_give(uint64_t start, uint64_t size)
{
	struct heap *h = &shim_heap;
	int found = 0;
	if (!area_lock())
		return 0;
	for (uint32_t i = 0; i < h->count && !found; i++) {
		if (h->block[i].start != start || h->block[i].end != start + size)
			continue;
		found = !failed(protect(start, start + size, PROT_NONE));
		h->count--;
		for (uint32_t k = i; k < h->count; k++)
			h->block[k] = h->block[k + 1];
	}
	area_unlock();
	return found;
}

static void *block_map(void *address, size_t size, int prot, int flags, int fd, long offset)
{
	if (!address && prot == (PROT_READ | PROT_WRITE) && flags == (MAP_PRIVATE | MAP_ANONYMOUS) &&
	    size >= AREA_LEAST && size <= AREA_ZONE) {
		uint64_t start = area_take(page_up(size));
		if (start)
			return (void *)start;
	}
	const struct state *s = resident_here();
	if (s && (flags & (MAP_ANONYMOUS | MAP_SHARED)) != MAP_ANONYMOUS)
		resident_refuse(s);
	shim_heap.mapped = 1;
	long r = sysmap(address, size, prot, flags, fd, offset);
	return answer(r) ? MAP_FAILED : (void *)r;
}

static int block_unmap(void *address, size_t size)
{
	const struct zones *z = shim_heap.zones;
	uint64_t start = (uint64_t)address;
	if (start >= z->area && start < z->area_end && area_give(start, page_up(size)))
		return 0;
	shim_heap.mapped = 1;
	return answer(sys2(SYS_munmap, address, size));
}

/* These only take note that they were called. */
static int block_protect(void *address, size_t size, int prot)
{
	shim_heap.mapped = 1;
	return answer(sys3(SYS_mprotect, address, size, prot));
}

static void *block_remap(void *address, size_t old, size_t size, int flags, void *to)
{
	shim_heap.mapped = 1;
	long r = sys5(SYS_mremap, address, old, size, flags, (flags & MREMAP_FIXED) ? to : NULL);
	return answer(r) ? MAP_FAILED : (void *)r;
}

/* ---- Installing ------------------------------------------------------------------ */

#if defined(__x86_64__)
#define JUMP_SIZE 14
static void jump_write(char *at, void *to)
{
	static const unsigned char jump[6] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp *0(%rip) */
	memcpy(at, jump, sizeof jump);
	memcpy(at + sizeof jump, &to, sizeof to);
}
#else
#define JUMP_SIZE 16
static void jump_write(char *at, void *to)
{
	static const uint32_t jump[2] = {0x58000050, 0xd61f0200}; /* ldr x16, 8; br x16 */
	memcpy(at, jump, sizeof jump);
	memcpy(at + sizeof jump, &to, sizeof to);
	__builtin___clear_cache(at, at + JUMP_SIZE);
}
#endif

/* The place and size of a function of libc. */
static char *function_find(const char *name, size_t *size)
{
	Dl_info info;
	const ElfW(Sym) *symbol = NULL;
	char *at = dlsym(RTLD_NEXT, name);
	if (!at || !dladdr1(at, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol ||
	    info.dli_saddr != at || !strstr(info.dli_fname, "/libc.so"))
		return NULL;
	*size = symbol->st_size;
	return at;
}

int divert(const char *name, void *to)
{
	size_t size = 0;
	char *at = function_find(name, &size);
	if (!at || size < JUMP_SIZE)
		return 0;
	char *from = (char *)page_down((uint64_t)at);
	size_t span = page_up((uint64_t)at + JUMP_SIZE) - (uint64_t)from;
	if (failed(sys3(SYS_mprotect, from, span, PROT_READ | PROT_WRITE | PROT_EXEC)))
		return 0;
	jump_write(at, to);
	sys3(SYS_mprotect, from, span, PROT_READ | PROT_EXEC);
	return 1;
}

static void heap_install(struct zones *z)
{
	void **end = dlsym(RTLD_DEFAULT, "__curbrk");
	uint64_t base = (uint64_t)sys1(SYS_brk, 0);
	uint64_t want = page_up(base) + HEAP_ZONE;
	if (!end || (*end && (uint64_t)*end != base))
		return;
	if ((uint64_t)sys1(SYS_brk, want) != want)
		return;
	if (!divert("brk", heap_break)) {
		sys1(SYS_brk, base);
		return;
	}
	z->heap_base = base;
	z->heap_open = page_up(base) + HEAP_OPEN;
	z->heap_end = want;
	shim_heap.libc_end = end;
	shim_heap.end = base;
	shim_heap.open = z->heap_open;
}

static void area_install(struct zones *z)
{
	long area = sysmap(NULL, AREA_ZONE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (failed(area))
		return;
	if (!divert("munmap", block_unmap) || !divert("mmap", block_map)) {
		/* One without the other does not lend anything. */
		sys2(SYS_munmap, area, AREA_ZONE);
		return;
	}
	z->area = (uint64_t)area;
	z->area_end = z->area + AREA_ZONE;
	shim_heap.area_low = z->area_end;
}

/* From here on to the end of the set-up, libc's brk, mmap and munmap must not be
 * called: the zones are not yet where they will be. */
int zones_begin(struct zones *z, const struct zones *later)
{
	shim_heap.zones = later;
	heap_install(z);
	area_install(z);
	return z->heap_end && z->area_end && divert("mprotect", block_protect) &&
	       divert("mremap", block_remap);
}

void zones_protect(const struct zones *z, unsigned which, int open)
{
	int prot = open ? PROT_READ | PROT_WRITE : PROT_NONE;
	if ((which & ZONE_HEAP) && z->heap_end > z->heap_open)
		protect(z->heap_open, z->heap_end, prot);
	if ((which & ZONE_AREA) && z->area_end > z->area)
		protect(z->area, z->area_end, prot);
}

unsigned zones_used(const struct zones *z)
{
	const struct heap *h = &shim_heap;
	return (h->open != z->heap_open ? ZONE_HEAP : 0u) |
	       (h->area_low != z->area_end ? ZONE_AREA : 0u);
}
