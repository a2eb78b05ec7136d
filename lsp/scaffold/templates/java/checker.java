import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The checker: decides whether an output is right, where several are. It is run as
 * "checker INPUT OUTPUT ANSWER" and exits with 0 if the output is right, 1 if it is
 * wrong, 2 if its form is wrong and 3 if the answer itself is wrong. What it prints
 * to standard error is shown.
 */
class Checker {
    static void quit(int status, String why) {
        System.err.println(why);
        System.exit(status);
    }

    static String[] tokens(String path) throws Exception {
        String text = Files.readString(Path.of(path)).trim();
        return text.isEmpty() ? new String[0] : text.split("\\s+");
    }

    public static void main(String[] args) throws Exception {
        String[] output = tokens(args[1]);
        String[] answer = tokens(args[2]);

        // Replace this by what makes an output right.
        for (int i = 0; i < Math.min(output.length, answer.length); i++) {
            if (!output[i].equals(answer[i])) {
                quit(1, "token " + (i + 1) + " is " + output[i] + ", expected " + answer[i]);
            }
        }
        if (output.length != answer.length) {
            quit(2, "the output has " + output.length + " tokens, expected " + answer.length);
        }
    }
}
