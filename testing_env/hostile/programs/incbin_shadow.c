//: group: Compilation
//: tries: to take secrets into the program by the assembler
//: expect: tested=CE
//: why: the assembler is the same unprivileged user
__asm__(".incbin \"/etc/shadow\"\n");
int main(void) { return 0; }
