import java.util.Random;

/**
 * The generator: prints one random input. The seed is the last argument; the same
 * seed must give the same input. Small inputs find bugs best.
 */
class Generator {
    public static void main(String[] args) {
        Random random = new Random(Long.parseUnsignedLong(args[args.length - 1]) * 0x9E3779B97F4A7C15L);

        // Replace this by the problem's own input.
        int n = 1 + random.nextInt(8);
        StringBuilder out = new StringBuilder().append(n).append('\n');
        for (int i = 0; i < n; i++) {
            out.append(random.nextInt(21) - 10).append(i == n - 1 ? '\n' : ' ');
        }
        System.out.print(out);
    }
}
