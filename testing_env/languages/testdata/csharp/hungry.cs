using System.Collections.Generic;

static class Program
{
    static void Main()
    {
        var all = new List<long[]>();
        while (true) all.Add(new long[1 << 16]);
    }
}
