import java.util.Scanner;

/**
 * The brute force: the simplest program that is surely right, however slow. It
 * reads the same input as the tested program and prints the right answer.
 */
class Brute {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();

        // Replace this by the simplest right solution.
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += in.nextLong();
        }
        System.out.println(sum);
    }
}
