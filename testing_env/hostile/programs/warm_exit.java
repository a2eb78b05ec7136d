//: group: Shared runtimes
//: tries: to end the whole runtime with a status of its own
//: expect: tested=RE brute=BRUTE_FAILED
//: time: 5s
//: memory: 256M
//: why: the status is that of the run
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        System.out.println(1);
        System.exit(3);
    }
}
