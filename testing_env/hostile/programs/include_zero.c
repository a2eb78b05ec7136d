//: group: Compilation
//: tries: to include a file that never ends
//: expect: tested=CE
//: why: the compiler refuses devices, or its limits end it
//: compile-time: 500ms
#include "/dev/zero"
int main(void) { return 0; }
