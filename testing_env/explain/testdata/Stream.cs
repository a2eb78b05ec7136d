// input: 4
// expect: 1 2 3 4
using System;
using System.IO;

class Program {
    static StreamWriter o;

    static void Show(int x) {
        o.Write(x + " ");
    }

    static void Main() {
        o = new StreamWriter(Console.OpenStandardOutput());
        int n = int.Parse(Console.ReadLine());
        for (int i = 1; i <= n; i++) {
            if (i == 3)
                o.Write("7 "); // WRONG
            else
                Show(i);
        }
        o.Flush();
    }
}
