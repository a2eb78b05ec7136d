// verdict: RE
// input: 3
// expect: 1
// note: java.lang.NullPointerException
import java.util.*;

public class ReNull {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        Map<Integer, Integer> known = new HashMap<>();
        int value = known.get(n); // WRONG
        System.out.println(value);
    }
}
