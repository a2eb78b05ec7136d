//: group: Compilation
//: tries: to include itself without end
//: expect: tested=CE
//: why: the compiler counts
//: compile-time: 500ms
#include "include_itself.c"
#include "include_itself.c"
int main(void) { return 0; }
