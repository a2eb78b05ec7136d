//: group: Shared runtimes
//: tries: to kill the runtime
//: expect: tested=RE brute=BRUTE_FAILED
//: time: 5s
//: memory: 256M
//: why: a program that starts processes is executed
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) throws Exception {
        new ProcessBuilder("/bin/kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
        Thread.sleep(60_000);
    }
}
