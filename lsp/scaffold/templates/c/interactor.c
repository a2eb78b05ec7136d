/* The interactor: talks to the tested program. It is run as "interactor INPUT
   OUTPUT"; what it prints the tested program reads, and the other way round. It
   exits with 0 if the program did well, 1 if not, 2 if it broke the protocol. */
#include <stdio.h>

int main(int argc, char **argv) {
    FILE *input = argc > 1 ? fopen(argv[1], "r") : NULL;

    /* Replace this by the problem's own protocol: here a number is to be found by
       guessing, and "<", ">" or "=" is the answer to a guess. */
    long long secret, guess;
    if (!input || fscanf(input, "%lld", &secret) != 1) return 3;
    for (int asked = 1; asked <= 100; asked++) {
        if (scanf("%lld", &guess) != 1) {
            fprintf(stderr, "the program stopped guessing\n");
            return 2;
        }
        puts(guess == secret ? "=" : secret < guess ? "<" : ">");
        fflush(stdout);
        if (guess == secret) return 0;
    }
    fprintf(stderr, "more than 100 guesses\n");
    return 1;
}
