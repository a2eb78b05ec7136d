import java.util.Scanner;

class Deep {
    static int depth(int n) {
        return n == 0 ? 0 : depth(n - 1) + 1;
    }

    public static void main(String[] args) {
        System.out.println(depth(new Scanner(System.in).nextInt()));
    }
}
