//: group: Compilation
//: tries: to make an object of a hundred gigabytes
//: expect: tested=CE
//: why: files of a compilation are limited, and so is what it makes in all
//: compile-time: 500ms
__asm__(".data\n.rept 100\n.zero 1 << 30\n.endr\n");
int main(void) { return 0; }
