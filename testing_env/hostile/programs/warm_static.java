//: group: Shared runtimes
//: tries: to remember earlier runs in static fields, classes and locks
//: expect: tested=OK brute=OK
//: time: 5s
//: memory: 256M
//: why: every run has classes of its own
import java.io.*;
import java.util.*;

public class Main {
    static final List<Long> SEEN = new ArrayList<>();

    static class Counter {
        static int runs;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long a = in.nextLong(), b = in.nextLong();
        SEEN.add(a);
        System.out.println(SEEN.size() == 1 && ++Counter.runs == 1 ? a + b : -1);
    }
}
