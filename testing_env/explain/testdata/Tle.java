// verdict: TLE
// input: 300000
// expect: 1
// note: of its time was spent in this line
import java.util.*;

public class Tle {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            list.add(0, i); // WRONG
        }
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += list.get(i);
        }
        System.out.println(sum);
    }
}
