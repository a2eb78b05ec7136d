import java.util.Random;

public class Gen {
    public static void main(String[] args) {
        Random r = new Random(Long.parseLong(args[args.length - 1]));
        int n = r.nextInt(8) + 1;
        System.out.println(n);
        for (int i = 0; i < n; i++) System.out.print(r.nextInt(21) - 10 + " ");
        System.out.println();
    }
}
