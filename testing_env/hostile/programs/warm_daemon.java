//: group: Shared runtimes
//: tries: to print into later runs from a thread that stays
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: a program that leaves threads is executed
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
        InputStream mine = System.in;
        PrintStream out = System.out;
        Thread t = new Thread(() -> {
            // A later run has other streams, or there is something to be read again.
            while (true) {
                try {
                    Thread.sleep(5);
                    if (System.in != mine || System.out != out || mine.available() > 0) {
                        System.out.println("BREACH");
                    }
                } catch (InterruptedException | IOException e) {
                    continue;
                }
            }
        });
        t.setDaemon(true);
        t.start();
    }
}
