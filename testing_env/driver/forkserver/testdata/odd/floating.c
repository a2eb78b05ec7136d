// Changes how the processor computes.
// flags: -lm -frounding-math
#include <fenv.h>
#include <math.h>
#include <stdio.h>
int main(void)
{
	volatile double one = 1, three = 3;
	printf("%d %.20f\n", fegetround() == FE_TONEAREST, one / three);
	fesetround(FE_UPWARD);
	printf("%.20f %g\n", one / three, sqrt(three));
	feraiseexcept(FE_DIVBYZERO);
	return 0;
}
