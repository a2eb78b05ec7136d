// input: 3
// expect: 1\n2\n4
// note: put together before
using System;
using System.Text;

class Program {
    static void Main() {
        int n = int.Parse(Console.ReadLine());
        var b = new StringBuilder();
        for (int i = 1; i <= n; i++)
            b.AppendLine(i.ToString());
        Console.Write(b); // WRONG
    }
}
