import java.util.Scanner;

public class Sol {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long best = Long.MIN_VALUE, sum = -1L << 60;
        for (int n = in.nextInt(); n > 0; n--) {
            long x = in.nextLong();
            sum = Math.max(x, sum + x);
            best = Math.max(best, sum);
        }
        System.out.println(best);
    }
}
