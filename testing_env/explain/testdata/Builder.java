// input: 3
// expect: 1\n2\n4
// note: put together before
import java.io.*;

public class Builder {
	public static void main(String[] args) throws IOException {
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		int n = Integer.parseInt(in.readLine().trim());
		StringBuilder out = new StringBuilder();
		for (int i = 1; i <= n; i++)
			out.append(i).append('\n');
		System.out.print(out); // WRONG
	}
}
