// verdict: RE
// input: 3
// expect: 1
// note: java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3
import java.util.Scanner;

public class ReIndex {
    static int last(int[] a) {
        return a[a.length]; // WRONG
    }

    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        System.out.println(last(new int[n]));
    }
}
