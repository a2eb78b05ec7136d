//: group: Shared runtimes
//: tries: to see System.exit fail, and to go on after it
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: nothing of a program runs after System.exit
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
        try {
            System.exit(0);
        } catch (Throwable t) {
            System.out.println("BREACH " + t);
        } finally {
            System.out.println("BREACH");
        }
    }
}
