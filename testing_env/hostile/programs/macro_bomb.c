//: group: Compilation
//: tries: to fill the compiler's memory by macros that double
//: expect: tested=CE
//: why: compilation has limits on memory and time
//: compile-time: 500ms
#define A(x) x, x, x, x, x, x, x, x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(x)))
int all[] = {C(C(1))};
int main(void) { return all[0]; }
