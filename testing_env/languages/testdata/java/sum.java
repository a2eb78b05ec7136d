import java.util.*;

class Totals {
    // The main of a class that is not public must not be taken for the program's.
    static long sum(long[] a) {
        return Arrays.stream(a).sum();
    }
}

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long[] a = new long[in.nextInt()];
        for (int i = 0; i < a.length; i++) a[i] = in.nextLong();
        System.out.println(Totals.sum(a) + " " + Arrays.stream(a).max().getAsLong());
    }
}
