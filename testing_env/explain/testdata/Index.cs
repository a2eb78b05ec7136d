// verdict: RE
// input: 3
// expect: 1
// note: System.IndexOutOfRangeException
using System;

class Program {
    static int Last(int[] a) {
        return a[a.Length]; // WRONG
    }

    static void Main() {
        int n = int.Parse(Console.ReadLine());
        Console.WriteLine(Last(new int[n]));
    }
}
