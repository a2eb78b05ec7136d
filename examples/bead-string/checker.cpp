// checker INPUT OUTPUT ANSWER: exits with 0 if the output is right, 1 if it is
// wrong, 2 if it is not of the right form and 3 if the answer itself is wrong.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

using std::string;

static const int kOk = 0, kWrong = 1, kForm = 2, kFail = 3;

[[noreturn]] static void quit(int code, const string& why) {
    std::cerr << why << '\n';
    std::exit(code);
}

// Returns the reason why the row is not right for the beads, or an empty string.
static string fault(string beads, string row) {
    for (size_t i = 1; i < row.size(); i++)
        if (row[i] == row[i - 1])
            return "beads " + std::to_string(i) + " and " + std::to_string(i + 1) + " are both " + row[i];
    std::sort(beads.begin(), beads.end());
    std::sort(row.begin(), row.end());
    return beads == row ? "" : "these are not the beads that were given";
}

int main(int argc, char** argv) {
    if (argc < 4) quit(kFail, "usage: checker INPUT OUTPUT ANSWER");
    std::ifstream input(argv[1]), output(argv[2]), answer(argv[3]);
    string beads, row, expected, more;
    if (!(input >> beads)) quit(kFail, "the input is empty");
    if (!(answer >> expected)) quit(kFail, "the answer is empty");
    bool possible = expected != "IMPOSSIBLE";
    if (possible && fault(beads, expected) != "") quit(kFail, "the answer is wrong: " + fault(beads, expected));

    if (!(output >> row)) quit(kForm, "the output is empty");
    if (output >> more) quit(kForm, "more than one word");
    if (row == "IMPOSSIBLE") {
        if (possible) quit(kWrong, "it is possible: " + expected);
        return kOk;
    }
    if (string why = fault(beads, row); why != "") quit(kWrong, why);
    if (!possible) quit(kFail, "the answer says IMPOSSIBLE, but the output is right");
}
