using System;

static class Program
{
    static void Main()
    {
        int n = int.Parse(Console.ReadLine());
        int[] values = new int[n];
        Console.WriteLine(values[n]); // <-- crash
    }
}
