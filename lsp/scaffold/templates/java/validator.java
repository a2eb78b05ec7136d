import java.util.Scanner;

/**
 * The validator: reads an input and exits with 1, saying why, unless it keeps every
 * promise of the statement. It keeps generated and shrunk inputs valid.
 */
class Validator {
    static final Scanner in = new Scanner(System.in);

    static void reject(String why) {
        System.err.println(why);
        System.exit(1);
    }

    static long number(String what, long lo, long hi) {
        if (!in.hasNextLong()) {
            reject(what + " is missing or not a number");
        }
        long x = in.nextLong();
        if (x < lo || x > hi) {
            reject(what + " is " + x + ", not between " + lo + " and " + hi);
        }
        return x;
    }

    public static void main(String[] args) {
        // Replace this by the statement's own promises.
        long n = number("n", 1, 200_000);
        for (int i = 1; i <= n; i++) {
            number("number " + i, -1_000_000_000, 1_000_000_000);
        }
        if (in.hasNext()) {
            reject("the input goes on with " + in.next());
        }
    }
}
