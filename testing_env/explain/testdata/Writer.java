// input: 3
// expect: 1\n2\n4
// note: put together before
import java.util.Scanner;

public class Main {
	public static void main(String[] args) {
		int n = new Scanner(System.in).nextInt();
		java.io.PrintWriter out = new java.io.PrintWriter(System.out);
		for (int i = 1; i <= n; i++)
			out.println(i);
		out.flush(); // WRONG
	}
}
