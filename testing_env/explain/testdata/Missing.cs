// input: 3
// expect: 1\n2\n3
// note: ends too early
using System;

class Program {
    static void Main() {
        int n = int.Parse(Console.In.ReadLine());
        for (int i = 1; i < n; i++)
            Console.Out.WriteLine(i); // WRONG
    }
}
