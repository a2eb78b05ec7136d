import java.io.*;
import java.math.BigInteger;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

/** Uses what contest programs use, so that the compiler loads what it will need. */
public class Sample {
    record Edge(int to, long weight) {}

    interface Shape { double area(); }

    enum Colour { RED, GREEN }

    static class Node<T extends Comparable<T>> implements Comparable<Node<T>> {
        final T value;
        final List<Node<T>> children = new ArrayList<>();

        Node(T value) { this.value = value; }

        @Override
        public int compareTo(Node<T> other) { return value.compareTo(other.value); }
    }

    static long gcd(long a, long b) { return b == 0 ? a : gcd(b, a % b); }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringTokenizer tokens = new StringTokenizer(in.readLine());
        Scanner scanner = new Scanner(System.in);
        int n = Integer.parseInt(tokens.nextToken()), m = scanner.nextInt();
        int[] a = new int[n];
        for (int i = 0; i < n; i++) a[i] = scanner.nextInt();
        Map<String, List<Edge>> graph = new HashMap<>();
        for (int i = 0; i < m; i++) {
            graph.computeIfAbsent(scanner.next(), k -> new ArrayList<>()).add(new Edge(i, 2L * i));
        }
        PriorityQueue<long[]> queue = new PriorityQueue<>((x, y) -> Long.compare(x[0], y[0]));
        TreeMap<Integer, Integer> counts = new TreeMap<>(Comparator.reverseOrder());
        Deque<Integer> stack = new ArrayDeque<>();
        for (int x : a) counts.merge(x, 1, Integer::sum);
        Function<Integer, Integer> twice = x -> 2 * x;
        BiFunction<Long, Long, Long> g = Sample::gcd;
        Shape square = () -> 4.0;
        String text = IntStream.range(0, n).mapToObj(String::valueOf).collect(Collectors.joining(" "));
        Object o = square;
        if (o instanceof Shape s && s.area() > 1) stack.push(twice.apply(3));
        int kind = switch (Colour.values()[n % 2]) { case RED -> 1; case GREEN -> 2; };
        StringBuilder out = new StringBuilder();
        out.append(BigInteger.valueOf(kind).modPow(BigInteger.TEN, BigInteger.ONE)).append('\n');
        PrintWriter writer = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out)));
        try {
            writer.printf("%d %s%n", g.apply(12L, 18L), text);
            queue.add(new long[] {1, 2});
            Arrays.sort(a);
            Collections.sort(new ArrayList<>(counts.keySet()));
        } catch (RuntimeException e) {
            throw new IllegalStateException("" + new Node<>(1), e);
        } finally {
            writer.flush();
        }
        System.out.println(out);
    }
}
