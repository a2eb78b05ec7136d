// The checker: decides whether an output is right, where several are. It is run
// as "checker INPUT OUTPUT ANSWER" and exits with 0 if the output is right, 1 if
// it is wrong, 2 if its form is wrong and 3 if the answer itself is wrong. What it
// prints to standard error is shown.
#include <bits/stdc++.h>
using namespace std;

[[noreturn]] void quit(int status, const string& why) {
    cerr << why << '\n';
    exit(status);
}

int main(int argc, char** argv) {
    if (argc < 4) quit(3, "usage: checker INPUT OUTPUT ANSWER");
    ifstream input(argv[1]), output(argv[2]), answer(argv[3]);

    // Replace this by what makes an output right.
    string found, expected;
    for (int i = 1; answer >> expected; i++) {
        if (!(output >> found)) quit(2, "the output ends before token " + to_string(i));
        if (found != expected) quit(1, "token " + to_string(i) + " is " + found + ", expected " + expected);
    }
    if (output >> found) quit(2, "the output goes on with " + found);
}
