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
        Thread t = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(200);
                } catch (InterruptedException e) {
                    continue;
                }
                System.out.println("BREACH");
            }
        });
        t.setDaemon(true);
        t.start();
    }
}
