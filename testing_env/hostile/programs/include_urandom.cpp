//: group: Compilation
//: tries: to include random bytes, its own output and standard input
//: expect: tested=CE
//: why: as above
//: compile-time: 500ms
#include "/dev/urandom"
#include "/proc/self/fd/1"
#include "/dev/stdin"
int main() {}
