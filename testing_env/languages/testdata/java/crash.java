package contest;

import java.util.*;

class Crash {
    static int pick(int[] values, int i) {
        return values[i];  // <-- crash
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        System.out.println(pick(new int[n], n));
    }
}
