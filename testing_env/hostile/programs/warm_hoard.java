//: group: Shared runtimes
//: tries: to fill the heap of all runs, and to survive that
//: expect: tested=MLE|RE|TLE|OK
//: time: 5s
//: memory: 256M
//: why: memory is given back with the classes; what a fresh process makes of the program counts
import java.io.*;
import java.util.*;

public class Main {
    static final List<long[]> KEPT = new ArrayList<>();

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long sum = in.nextLong() + in.nextLong();
        try {
            while (true) {
                KEPT.add(new long[1 << 20]);
            }
        } catch (Throwable full) {
            KEPT.clear();
        }
        System.out.println(sum);
    }
}
