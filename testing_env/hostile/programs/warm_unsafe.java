//: group: Shared runtimes
//: tries: to write over the memory of the runtime
//: expect: tested=RE brute=BRUTE_FAILED
//: time: 5s
//: memory: 256M
//: why: the rules refuse it; a fresh process crashes
import java.io.*;
import java.util.*;

public class Main {
    public static void main(String[] args) throws Exception {
        var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        ((sun.misc.Unsafe) field.get(null)).putLong(8, 42);
    }
}
