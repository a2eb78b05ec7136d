// verdict: MLE
// input: 10
// expect: 1
// note: java.lang.OutOfMemoryError
import java.util.*;

public class Mle {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        List<long[]> rows = new ArrayList<>();
        while (n > 0) {
            rows.add(new long[100000]); // WRONG
        }
        System.out.println(rows.size());
    }
}
