// input: 4
// expect: 1 2 3 4
using System;
using System.Linq;

public class Program {
    public static void Main(string[] args) {
        int n = int.Parse(Console.ReadLine());
        foreach (int i in Enumerable.Range(1, n)) {
            if (i == 3)
                Console.Write("{0} ", 7); // WRONG
            else
                Console.Write("{0} ", i);
        }
        Console.WriteLine();
    }
}
