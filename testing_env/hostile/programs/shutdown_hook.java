//: group: Processes
//: tries: to go on after its end, in a shutdown hook
//: expect: tested=TLE
//: time: 500ms
//: memory: 256M
//: why: a run lasts until the process has ended
import java.util.*;

public class Main {
    static volatile long spun;

    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            while (true) {
                spun++;
            }
        }));
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
    }
}
