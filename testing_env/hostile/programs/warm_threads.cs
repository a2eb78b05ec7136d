//: group: Shared runtimes
//: tries: to go on in threads and timers of a Mono process, and to print into later runs
//: expect: tested=OK
//: time: 3s
//: memory: 256M
//: tests: 25
//: why: a run that starts threads is executed, and its processes end with it
using System;
using System.Linq;
using System.Threading;

class Threads {
    static Timer timer;

    static void Main() {
        var n = Console.In.ReadToEnd().Split(new char[0], StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToArray();
        Console.WriteLine(n[0] + n[1]);
        new Thread(Later) { IsBackground = true }.Start();
        ThreadPool.QueueUserWorkItem(o => Later());
        timer = new Timer(o => Later(), null, 100, 100);
    }

    static void Later() {
        Thread.Sleep(100);
        Console.WriteLine("BREACH");
    }
}
