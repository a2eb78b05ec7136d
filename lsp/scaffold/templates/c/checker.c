/* The checker: decides whether an output is right, where several are. It is run
   as "checker INPUT OUTPUT ANSWER" and exits with 0 if the output is right, 1 if
   it is wrong, 2 if its form is wrong and 3 if the answer itself is wrong. What it
   prints to standard error is shown. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc < 4) return 3;
    FILE *output = fopen(argv[2], "r"), *answer = fopen(argv[3], "r");
    if (!output || !answer) return 3;

    /* Replace this by what makes an output right. */
    char found[1024], expected[1024];
    for (int i = 1; fscanf(answer, "%1023s", expected) == 1; i++) {
        if (fscanf(output, "%1023s", found) != 1) {
            fprintf(stderr, "the output ends before token %d\n", i);
            return 2;
        }
        if (strcmp(found, expected) != 0) {
            fprintf(stderr, "token %d is %s, expected %s\n", i, found, expected);
            return 1;
        }
    }
    if (fscanf(output, "%1023s", found) == 1) {
        fprintf(stderr, "the output goes on with %s\n", found);
        return 2;
    }
    return 0;
}
