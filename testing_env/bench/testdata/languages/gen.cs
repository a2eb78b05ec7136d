using System;

class Gen {
    static void Main(string[] args) {
        var r = new Random(int.Parse(args[args.Length - 1]));
        int n = r.Next(1, 9);
        Console.WriteLine(n);
        for (int i = 0; i < n; i++) Console.Write(r.Next(-10, 11) + " ");
        Console.WriteLine();
    }
}
