/* Arguments and environment of a run.
 *
 * A program stopped at its start finds them on its stack, laid out as the kernel
 * lays them out: argv, environment, auxiliary vector, then the texts. The place is
 * a variable of padding in the launch's environment, so that the stack below does
 * not move with the arguments' length. */
#include "server.h"

/* Whether the block holds exactly the texts that the request speaks of. */
static int block_valid(const struct shim_request *c)
{
	if (c->args_bytes > SHIM_ARGS_SIZE || c->argc == 0)
		return 0;
	const char *block = (const char *)c + SHIM_ARGS_OFFSET;
	uint64_t texts = 0;
	for (uint32_t i = 0; i < c->args_bytes; i++)
		texts += block[i] == 0;
	return texts == (uint64_t)c->argc + c->envc && block[c->args_bytes - 1] == 0;
}

static int room_fill(const struct state *s)
{
	const struct shim_request *c = s->request;
	uint64_t pointers = (uint64_t)c->argc + 1 + c->envc + 1;
	uint64_t texts = (pointers + s->auxv_words) * 8;
	if (texts + c->args_bytes > s->room_size)
		return 0;
	memset(s->room, 0, s->room_size);
	char *text = s->room + texts;
	memcpy(text, (const char *)c + SHIM_ARGS_OFFSET, c->args_bytes);
	uint64_t *out = (uint64_t *)s->room;
	for (uint32_t i = 0; i < c->argc + c->envc; i++) {
		if (i == c->argc)
			*out++ = 0;
		*out++ = (uint64_t)text;
		text += text_length(text) + 1;
	}
	if (c->envc == 0)
		*out++ = 0;
	*out++ = 0;
	memcpy(out, s->auxv, s->auxv_words * 8);
	return 1;
}

/* What the magic link says is text, in which interpreters want no zero bytes: a
 * number of arguments, then those and the environment, each with a separator
 * behind it. */
static int call_special(char c)
{
	return c == SHIM_CALL_SEPARATOR || c == SHIM_CALL_ESCAPE;
}

static uint64_t call_size(const struct shim_request *c)
{
	const char *text = (const char *)c + SHIM_ARGS_OFFSET;
	uint64_t size = 12 + (uint64_t)c->args_bytes;
	for (uint32_t i = 0; i < c->args_bytes; i++)
		size += (uint64_t)call_special(text[i]);
	return size;
}

static char *number_write(char *out, uint32_t number)
{
	char digits[12];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10));
	while (n)
		*out++ = digits[--n];
	return out;
}

int arguments_install(const struct state *s)
{
	const struct shim_request *c = s->request;
	if (c->args_version == s->installed.version)
		return (int)s->installed.fit;
	uint32_t fit = (uint32_t)block_valid(c);
	if (s->stop == SHIM_AT_START) {
		fit = fit && room_fill(s);
		if (fit)
			sys4(SYS_pwrite64, s->fd, s->room, s->room_size, s->room_copy);
	} else {
		fit = fit && call_size(c) <= s->call_size;
	}
	state_set(s, installed, struct installed, {c->args_version, c->argc, fit});
	return (int)fit;
}

void arguments_repair(const struct state *s)
{
	const char *copy = state_at(s, s->room_copy);
	for (uint64_t at = 0; at < s->room_size; at += PAGE)
		page_mend(s->room + at, copy + at, s->wide);
}

size_t arguments_read(const struct state *s)
{
	const struct shim_request *c = s->request;
	const char *text = (const char *)c + SHIM_ARGS_OFFSET;
	char *out = number_write(s->call_buffer, c->argc);
	*out++ = SHIM_CALL_SEPARATOR;
	for (uint32_t i = 0; i < c->args_bytes; i++) {
		if (text[i] == 0) {
			*out++ = SHIM_CALL_SEPARATOR;
		} else if (call_special(text[i])) {
			*out++ = SHIM_CALL_ESCAPE;
			*out++ = (char)(text[i] + 2);
		} else {
			*out++ = text[i];
		}
	}
	return (size_t)(out - s->call_buffer);
}
