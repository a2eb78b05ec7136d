// Takes as many MiB as its input says, and then ends as it says.
import java.util.*;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int size = in.nextInt();
        String end = in.next();
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            taken.add(new byte[1 << 20]);
        }
        switch (end) {
            case "throw" -> throw new IllegalStateException(end);
            case "crash" -> taken.get(size).clone();
            case "abort" -> Runtime.getRuntime().halt(134);
            case "exit" -> System.exit(3);
            default -> System.out.println("done");
        }
    }
}
