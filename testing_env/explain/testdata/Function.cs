// input: 3
// expect: 1\n2\n3
using System;

class Program {
    static void Show(int x) {
        if (x == 2)
            Console.WriteLine(5); // WRONG
        else
            Console.WriteLine(x);
    }

    static void Main() {
        int n = int.Parse(Console.ReadLine());
        for (int i = 1; i <= n; i++)
            Show(i);
    }
}
