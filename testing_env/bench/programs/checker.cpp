#include <fstream>

// Called as testlib's checkers are: input, output, answer.
int main(int argc, char **argv) {
    if (argc < 4) return 3;
    std::ifstream output(argv[2]), answer(argv[3]);
    long long a, b;
    if (!(answer >> b)) return 3;
    return output >> a && a == b ? 0 : 1;
}
