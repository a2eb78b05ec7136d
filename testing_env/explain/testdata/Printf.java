// input: 3
// expect: 3 4
import java.util.Scanner;

public class Main {
	public static void main(String[] args) {
		int n = new Scanner(System.in).nextInt();
		System.out.print(n + " ");
		System.out.printf("%d%n", n + 2); // WRONG
	}
}
