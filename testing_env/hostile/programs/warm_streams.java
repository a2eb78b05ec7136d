//: group: Shared runtimes
//: tries: to leave closed, replaced and broken streams to the next run
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: every run has streams of its own
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) throws IOException {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        System.in.close();
        System.out.close();
        new FileInputStream(FileDescriptor.in).close();
        new FileOutputStream(FileDescriptor.out).close();
        new FileOutputStream(FileDescriptor.err).close();
        System.setIn(null);
        System.setErr(null);
        System.setOut(null);
    }
}
