using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>
/// A Mono runtime that makes one run of the program after the other, each in a copy of itself made
/// by fork. Threads are not copied: a run that starts any has no result here. ../README.md has the
/// protocol. Usage: mono Warm.exe PROGRAM.
/// </summary>
static class Warm {
    [DllImport("libc")] static extern int fork();
    [DllImport("libc")] static extern int waitpid(int pid, out int status, int options);
    [DllImport("libc")] static extern void _exit(int status);
    [DllImport("libc")] static extern int prctl(int option, ulong a, ulong b, ulong c, ulong d);
    [DllImport("libc")] static extern int open(string path, int flags);
    [DllImport("libc")] static extern int dup2(int fd, int to);
    [DllImport("libc")] static extern int close(int fd);
    [DllImport("libc")] static extern IntPtr read(int fd, byte[] into, IntPtr count);
    [DllImport("libc")] static extern IntPtr write(int fd, byte[] from, IntPtr count);

    const int ChildSubreaper = 36, DeathSignal = 1, Kill = 9, NoHang = 1;
    const int ReadOnly = 0, WriteOnly = 1, Truncate = 0x200;
    const int Unfit = 125; // a status by which a run says that it has no result

    static int requests, answers;

    static int Main(string[] args) {
        var numbers = Environment.GetEnvironmentVariable("STRESSTESTER_WARM").Split(':');
        Environment.SetEnvironmentVariable("STRESSTESTER_WARM", null);
        requests = int.Parse(numbers[0]);
        answers = int.Parse(numbers[1]);
        // What a run has started and left comes here when the run has ended.
        prctl(ChildSubreaper, 1, 0, 0, 0);
        var main = Assembly.LoadFrom(args[0]).EntryPoint;
        Say("ready");
        var header = new byte[8];
        while (Fill(header)) {
            int count = BitConverter.ToInt32(header, 0);
            var block = new byte[BitConverter.ToInt32(header, 4)];
            if (!Fill(block)) break;
            var words = Encoding.UTF8.GetString(block).Split('\0');
            int child = fork();
            if (child == 0) Run(main, words.Take(count).ToArray(), words.Skip(count));
            Say("child " + child);
            int status, orphan;
            waitpid(child, out status, 0);
            if (waitpid(-1, out orphan, NoHang) >= 0) Say("unsuitable it leaves processes behind");
            else Say(status == 0 ? "done" : "failed");
        }
        return 0;
    }

    /// <summary>Makes the run, in its own process, and ends that.</summary>
    static void Run(MethodInfo main, string[] args, IEnumerable<string> environment) {
        prctl(DeathSignal, Kill, 0, 0, 0);
        close(requests);
        close(answers);
        for (int i = 0; i < 3; i++) {
            int fd = open("/proc/self/fd/" + i, i == 0 ? ReadOnly : WriteOnly | Truncate);
            dup2(fd, i);
            close(fd);
        }
        foreach (var entry in environment) {
            int equals = entry.IndexOf('=');
            if (equals > 0) Environment.SetEnvironmentVariable(entry.Substring(0, equals), entry.Substring(equals + 1));
        }
        // The runtime's own end waits for threads that this process does not have.
        AppDomain.CurrentDomain.ProcessExit += (o, e) => _exit(Threads() > 1 ? Unfit : Environment.ExitCode);
        int status = Unfit;
        try {
            object result = main.Invoke(null, main.GetParameters().Length == 0 ? null : new object[] { args });
            status = result is int ? (int)result : Environment.ExitCode;
        } catch (Exception) {
            // A fresh process will say what is wrong.
        }
        _exit(Threads() > 1 ? Unfit : status);
    }

    static int Threads() { return Directory.GetDirectories("/proc/self/task").Length; }

    static bool Fill(byte[] into) {
        for (int have = 0; have < into.Length;) {
            var part = new byte[into.Length - have];
            long n = (long)read(requests, part, (IntPtr)part.Length);
            if (n <= 0) return false;
            Array.Copy(part, 0, into, have, n);
            have += (int)n;
        }
        return true;
    }

    static void Say(string text) {
        var line = Encoding.UTF8.GetBytes(text + "\n");
        write(answers, line, (IntPtr)line.Length);
    }
}
