//: group: Compilation
//: tries: to embed a file that never ends
//: expect: tested=CE
//: why: the compiler does not know it, refuses it, or is ended by its limits
//: compile-time: 500ms
static const unsigned char all[] = {
#embed "/dev/zero"
};
int main(void) { return all[0]; }
