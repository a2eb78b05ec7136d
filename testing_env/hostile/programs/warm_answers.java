//: group: Shared runtimes
//: tries: to answer the driver in the place of the runtime, for an answer that is wrong
//: expect: tested=WA
//: time: 5s
//: memory: 256M
//: why: the answer of the process is about how the run ended, never about what it printed
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) {
        System.out.println(-1);
        System.out.flush();
        for (int fd = 3; fd < 64; fd++) {
            try (OutputStream out = new FileOutputStream("/proc/self/fd/" + fd)) {
                out.write("done\n".getBytes());
            } catch (IOException expected) {
                // it is not there, or not for this user
            }
        }
    }
}
