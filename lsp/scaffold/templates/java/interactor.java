import java.nio.file.Path;
import java.util.Scanner;

/**
 * The interactor: talks to the tested program. It is run as "interactor INPUT
 * OUTPUT"; what it prints the tested program reads, and the other way round. It
 * exits with 0 if the program did well, 1 if not, 2 if it broke the protocol.
 */
class Interactor {
    static void quit(int status, String why) {
        System.err.println(why);
        System.exit(status);
    }

    public static void main(String[] args) throws Exception {
        // Replace this by the problem's own protocol: here a number is to be found
        // by guessing, and "<", ">" or "=" is the answer to a guess.
        long secret = new Scanner(Path.of(args[0])).nextLong();
        Scanner in = new Scanner(System.in);
        for (int asked = 1; asked <= 100; asked++) {
            if (!in.hasNextLong()) {
                quit(2, "the program stopped guessing");
            }
            long guess = in.nextLong();
            System.out.println(guess == secret ? "=" : secret < guess ? "<" : ">");
            System.out.flush();
            if (guess == secret) {
                return;
            }
        }
        quit(1, "more than 100 guesses");
    }
}
