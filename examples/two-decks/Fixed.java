import java.io.*;
import java.util.*;

public class Fixed {
    // Objects, because quicksort of plain ints can be made slow on purpose.
    static Integer[] readDeck(StreamTokenizer in, int size) throws IOException {
        Integer[] deck = new Integer[size];
        for (int i = 0; i < size; i++) {
            in.nextToken();
            deck[i] = (int) in.nval;
        }
        Arrays.sort(deck);
        return deck;
    }

    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        in.nextToken();
        int n = (int) in.nval;
        in.nextToken();
        int m = (int) in.nval;
        Integer[] a = readDeck(in, n);
        Integer[] b = readDeck(in, m);
        int pairs = 0;
        for (int i = 0, j = 0; i < n && j < m; ) {
            if (a[i].equals(b[j])) {
                pairs++;
                i++;
                j++;
            } else if (a[i] < b[j]) {
                i++;
            } else {
                j++;
            }
        }
        System.out.println(pairs);
    }
}
