//: group: Shared runtimes
//: tries: to keep a lock of the library for ever, so that later runs wait for it
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: a run that waits is repeated by a fresh process
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        synchronized (Integer.class) {
            System.out.println(in.nextLong() + in.nextLong());
            System.exit(0);
        }
    }
}
