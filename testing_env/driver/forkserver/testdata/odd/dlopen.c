// Loads a library while it runs.
// flags: -ldl
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	void *m = dlopen("libm.so.6", RTLD_NOW);
	double (*f)(double) = m ? (double (*)(double))dlsym(m, "cbrt") : NULL;
	printf("%g\n", f ? f(27) : -1);
	return 0;
}
