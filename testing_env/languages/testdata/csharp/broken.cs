using System;

static class Program
{
    static void Main()
    {
        int n = "three"; // <-- error
        Console.WriteLine(n);
    }
}
