// input: 3
// expect: 3\n4
import java.util.Scanner;

public class Main {
	static void show(int x) {
		System.out.println(x); // WRONG
	}

	public static void main(String[] args) {
		int n = new Scanner(System.in).nextInt();
		System.out.println(n);
		show(n * 2);
	}
}
