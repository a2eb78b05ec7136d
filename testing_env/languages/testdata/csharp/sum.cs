using System;
using System.Linq;
using System.Collections.Generic;

static class Program
{
    static void Main()
    {
        int n = int.Parse(Console.ReadLine());
        List<long> values = Console.ReadLine().Split().Take(n).Select(long.Parse).ToList();
        Console.WriteLine($"{values.Sum()} {values.Max()}");
    }
}
