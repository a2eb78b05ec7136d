//: group: Shared runtimes
//: tries: to halt the runtime in the middle of an answer that is right
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: a program that halts is executed
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
        Runtime.getRuntime().halt(0);
    }
}
