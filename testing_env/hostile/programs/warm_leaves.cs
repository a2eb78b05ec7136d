//: group: Shared runtimes
//: tries: to leave processes behind from a Mono process, and to end it in odd ways
//: expect: tested=RE|OLE brute=BRUTE_FAILED
//: time: 3s
//: memory: 256M
//: why: its processes end with the run, and the status is that of a fresh process, if its report is not too long
using System;
using System.Diagnostics;
using System.Linq;

class Leaves {
    static void Main() {
        var n = Console.In.ReadToEnd().Split(new char[0], StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToArray();
        Console.WriteLine(n[0] + n[1]);
        Process.Start(new ProcessStartInfo("setsid", "sleep 1000") { UseShellExecute = false });
        Process.Start(new ProcessStartInfo("sleep", "1000") { UseShellExecute = false });
        Environment.FailFast("the end");
    }
}
