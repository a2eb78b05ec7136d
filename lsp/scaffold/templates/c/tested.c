// {{name}}
// {{url}}
#include <stdio.h>

int main(void) {

}
