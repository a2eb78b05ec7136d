//: group: Shared runtimes
//: tries: to leave later runs notes in a Mono process: static fields, environment, folder, streams, culture, files
//: expect: tested=OK brute=OK
//: time: 3s
//: memory: 256M
//: tests: 30
//: why: every run is made in a copy of the process
using System;
using System.Globalization;
using System.IO;
using System.Linq;

class Notes {
    static int runs;
    static readonly int first = Environment.TickCount;

    static void Kept(bool kept, string what) {
        if (!kept) return;
        Console.WriteLine("BREACH");
        Console.Error.WriteLine("BREACH: kept " + what);
        Environment.Exit(86);
    }

    static void Main() {
        var n = Console.In.ReadToEnd().Split(new char[0], StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToArray();
        Kept(++runs > 1, "a static field");
        Kept(Environment.GetEnvironmentVariable("NOTE") != null, "the environment");
        Kept(Environment.CurrentDirectory == "/proc", "the folder");
        Kept(CultureInfo.CurrentCulture.Name == "de-DE", "the culture");
        Kept(AppDomain.CurrentDomain.GetData("note") != null, "the domain's data");
        Kept(Directory.GetFileSystemEntries(".").Length > 0, "a file");
        Kept(Environment.ExitCode != 0, "the exit status");
        Console.WriteLine(n[0] + n[1]);
        Environment.SetEnvironmentVariable("NOTE", "kept");
        File.WriteAllText("note", "kept");
        Environment.CurrentDirectory = "/proc";
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        AppDomain.CurrentDomain.SetData("note", first);
        AppDomain.CurrentDomain.ProcessExit += (o, e) => { };
        Console.Out.Flush();
        Console.SetOut(Console.Error);
        Console.SetIn(TextReader.Null);
    }
}
