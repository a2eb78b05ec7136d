import java.util.*;

public class Solution {
    public static void main(String[] args) {
        int n = "three";  // <-- error
        System.out.println(n);
    }
}
