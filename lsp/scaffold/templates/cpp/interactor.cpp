// The interactor: talks to the tested program. It is run as "interactor INPUT
// OUTPUT"; what it prints the tested program reads, and the other way round. It
// exits with 0 if the program did well, 1 if not, 2 if it broke the protocol.
#include <bits/stdc++.h>
using namespace std;

[[noreturn]] void quit(int status, const string& why) {
    cerr << why << '\n';
    exit(status);
}

int main(int argc, char** argv) {
    if (argc < 2) quit(3, "usage: interactor INPUT OUTPUT");
    ifstream input(argv[1]);

    // Replace this by the problem's own protocol: here a number is to be found by
    // guessing, and "<", ">" or "=" is the answer to a guess.
    long long secret, guess;
    if (!(input >> secret)) quit(3, "the input has no secret");
    for (int asked = 1; asked <= 100; asked++) {
        if (!(cin >> guess)) quit(2, "the program stopped guessing");
        if (guess == secret) {
            cout << "=" << endl;
            return 0;
        }
        cout << (secret < guess ? "<" : ">") << endl;
    }
    quit(1, "more than 100 guesses");
}
