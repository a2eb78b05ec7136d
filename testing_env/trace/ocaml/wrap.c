/*
 * Stands around the output functions of OCaml's runtime (ld --wrap): each output reaches
 * the operating system before it returns, and the one that wrote the wanted byte of the
 * standard output is told to stresstester.ml, which knows the calls of OCaml.
 */
#include <caml/callback.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <string.h>
#include <unistd.h>

static long wanted = -1;

value stresstester_start(value at)
{
	wanted = Long_val(at);
	return Val_unit;
}

value stresstester_log(value fd, value line)
{
	if (write(Int_val(fd), String_val(line), caml_string_length(line)) < 0)
		return Val_unit;
	return Val_unit;
}

extern value __real_caml_ml_flush(value channel);

static value pass_on(value channel, long start)
{
	CAMLparam1(channel);
	if (wanted < 0)
		CAMLreturn(Val_unit);
	__real_caml_ml_flush(channel);
	long now = lseek(1, 0, SEEK_CUR);
	if (start <= wanted && wanted < now) {
		wanted = -1;
		const value *tell = caml_named_value("stresstester_wrote");
		if (tell)
			caml_callback2(*tell, Val_long(start), Val_long(now));
		/* It goes on without a buffer, so that the order of outputs is as before. */
		wanted = 1L << 60;
	}
	CAMLreturn(Val_unit);
}

#define WRAP(name, parameters, ...)                                                                                   \
	extern value __real_##name parameters;                                                                        \
	value __wrap_##name parameters                                                                                \
	{                                                                                                             \
		CAMLparam1(channel);                                                                                  \
		long start = lseek(1, 0, SEEK_CUR);                                                                   \
		CAMLlocal1(result);                                                                                   \
		result = __real_##name(__VA_ARGS__);                                                                  \
		pass_on(channel, start);                                                                              \
		CAMLreturn(result);                                                                                   \
	}

WRAP(caml_ml_output, (value channel, value text, value from, value n), channel, text, from, n)
WRAP(caml_ml_output_bytes, (value channel, value text, value from, value n), channel, text, from, n)
WRAP(caml_ml_output_char, (value channel, value c), channel, c)
WRAP(caml_ml_output_int, (value channel, value n), channel, n)
WRAP(caml_ml_flush, (value channel), channel)
