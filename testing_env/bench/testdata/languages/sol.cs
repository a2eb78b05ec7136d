using System;
using System.Linq;

class Sol {
    static void Main() {
        int n = int.Parse(Console.ReadLine());
        long best = long.MinValue, sum = -1L << 60;
        foreach (var x in Console.ReadLine().Split(' ').Where(s => s != "").Select(long.Parse)) {
            sum = Math.Max(x, sum + x);
            best = Math.Max(best, sum);
        }
        Console.WriteLine(best);
    }
}
