import java.util.Scanner;

public class Brute {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        long[] a = new long[n];
        for (int i = 0; i < n; i++) a[i] = in.nextLong();
        long best = Long.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            long sum = 0;
            for (int j = i; j < n; j++) best = Math.max(best, sum += a[j]);
        }
        System.out.println(best);
    }
}
