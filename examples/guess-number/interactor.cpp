// interactor INPUT OUTPUT [ANSWER]: talks to the player through its own standard
// input and output. The input holds n and the secret number. It exits with 0 if
// the player found it, 1 if not, 2 if the player broke the protocol and 3 if the
// input is wrong.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

static const int kOk = 0, kWrong = 1, kProtocol = 2, kFail = 3;

[[noreturn]] static void quit(int code, const std::string& why) {
    std::cerr << why << '\n';
    std::exit(code);
}

int main(int argc, char** argv) {
    if (argc < 3) quit(kFail, "usage: interactor INPUT OUTPUT [ANSWER]");
    std::ifstream input(argv[1]);
    std::ofstream log(argv[2]);
    long long n, secret;
    if (!(input >> n >> secret) || n < 1 || secret < 1 || secret > n) quit(kFail, "the input is not n and a secret from 1 to n");
    int allowed = 0;
    while ((1LL << allowed) < n) allowed++;

    std::cout << n << std::endl;
    for (int asked = 0;;) {
        char kind;
        long long number;
        if (!(std::cin >> kind >> number)) quit(kProtocol, "the player stopped talking, or did not say a number");
        if (kind == '!') {
            log << number << ' ' << asked << '\n';
            if (number != secret) quit(kWrong, "the player says " + std::to_string(number) + ", the secret is " + std::to_string(secret));
            return kOk;
        }
        if (kind != '?') quit(kProtocol, std::string("expected ? or !, got ") + kind);
        if (++asked > allowed) quit(kWrong, "question " + std::to_string(asked) + ", only " + std::to_string(allowed) + " are allowed");
        std::cout << (secret < number ? "<" : ">=") << std::endl;
    }
}
