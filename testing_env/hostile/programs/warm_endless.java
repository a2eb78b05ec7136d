//: group: Shared runtimes
//: tries: to run for ever, deaf to interruptions, from the second run on
//: expect: tested=TLE brute=BRUTE_FAILED
//: time: 500ms
//: memory: 256M
//: why: the process is ended, and a fresh one decides
import java.io.*;
import java.util.*;

public class Main {
    static volatile long spun;

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long a = in.nextLong(), b = in.nextLong();
        System.out.println(a + b);
        while (a > 1) {
            spun++;
        }
    }
}
