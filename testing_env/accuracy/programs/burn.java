// Uses as many microseconds of processor time as its input says, from its start on.
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        long wanted = new Scanner(System.in).nextLong();
        ProcessHandle self = ProcessHandle.current();
        while (self.info().totalCpuDuration().get().toNanos() / 1000 < wanted) {
            for (long spin = 0, sum = 0; spin < 100_000; spin++) {
                sum += spin * sum + 1;
            }
        }
        System.out.println("done");
    }
}
