//: group: Compilation
//: tries: to show secrets in the compiler's messages
//: expect: tested=CE
//: why: the compiler is an unprivileged user and can read none
#include "/etc/shadow"
#include "/run/stresstester/driver"
#include "/proc/1/environ"
int main(void) { return 0; }
