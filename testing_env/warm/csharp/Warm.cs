using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
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
        var entry = Assembly.LoadFrom(args[0]).EntryPoint;
        var main = Starter(entry);
        Training.Library();
        Training.Program(entry.DeclaringType.Assembly);
        Rehearse();
        GC.Collect();
        Say("ready");
        var header = new byte[8];
        while (Fill(header)) {
            int count = BitConverter.ToInt32(header, 0);
            var block = new byte[BitConverter.ToInt32(header, 4)];
            if (!Fill(block)) break;
            var words = Encoding.UTF8.GetString(block).Split('\0');
            int child = fork();
            if (child == 0) Run(main, words, count);
            Say("child " + child);
            int status, orphan;
            waitpid(child, out status, 0);
            if (waitpid(-1, out orphan, NoHang) >= 0) Say("unsuitable it leaves processes behind");
            else Say(status == 0 ? "done" : "failed");
        }
        return 0;
    }

    /// <summary>The program's entry point in the one shape that all have here.</summary>
    static Func<string[], int> Starter(MethodInfo main) {
        bool takes = main.GetParameters().Length > 0, gives = main.ReturnType == typeof(int);
        if (takes && gives) return (Func<string[], int>)Delegate.CreateDelegate(typeof(Func<string[], int>), main);
        if (takes) {
            var action = (Action<string[]>)Delegate.CreateDelegate(typeof(Action<string[]>), main);
            return words => { action(words); return Environment.ExitCode; };
        }
        if (gives) {
            var function = (Func<int>)Delegate.CreateDelegate(typeof(Func<int>), main);
            return words => function();
        }
        var plain = (Action)Delegate.CreateDelegate(typeof(Action), main);
        return words => { plain(); return Environment.ExitCode; };
    }

    /// <summary>Makes the run, in its own process, and ends that.</summary>
    static void Run(Func<string[], int> main, string[] words, int count) {
        prctl(DeathSignal, Kill, 0, 0, 0);
        close(requests);
        close(answers);
        Reopen();
        var args = new string[count];
        Array.Copy(words, args, count);
        Surround(words, count);
        // The runtime's own end waits for threads that this process does not have.
        AppDomain.CurrentDomain.ProcessExit += (o, e) => _exit(Threads() > 1 ? Unfit : Environment.ExitCode);
        int status = Unfit;
        try {
            status = main(args);
        } catch (Exception) {
            // A fresh process will say what is wrong.
        }
        _exit(Threads() > 1 ? Unfit : status);
    }

    static void Reopen() {
        for (int i = 0; i < 3; i++) {
            int fd = open("/proc/self/fd/" + i, i == 0 ? ReadOnly : WriteOnly | Truncate);
            dup2(fd, i);
            close(fd);
        }
    }

    static void Surround(string[] words, int from) {
        for (int i = from; i < words.Length; i++) {
            int equals = words[i].IndexOf('=');
            if (equals > 0) Environment.SetEnvironmentVariable(words[i].Substring(0, equals), words[i].Substring(equals + 1));
        }
    }

    static void Rehearse() {
        close(-1);
        Reopen();
        Surround(new[] { "STRESSTESTER_REHEARSAL=1" }, 0);
        Environment.SetEnvironmentVariable("STRESSTESTER_REHEARSAL", null);
        Threads();
        int nobody;
        waitpid(-1, out nobody, NoHang);
        Encoding.UTF8.GetString(new byte[] { 65, 0 }).Split('\0');
    }

    static int Threads() {
        var text = new byte[4096];
        int fd = open("/proc/self/stat", ReadOnly);
        int n = (int)read(fd, text, (IntPtr)text.Length);
        close(fd);
        int at = n - 1;
        while (at > 0 && text[at] != ')') at--;
        // The 18th field after the name's parenthesis, which is the second of all.
        for (int spaces = 0; at < n && spaces < 18; at++) if (text[at] == ' ') spaces++;
        int threads = 0;
        for (; at < n && text[at] >= '0' && text[at] <= '9'; at++) threads = 10 * threads + text[at] - '0';
        return threads;
    }

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

/// <summary>
/// Has code compiled before the runs that they would have to compile, each for itself. Compiling can
/// initialise a type whose members the code uses, so code that leads to a type whose initialisation
/// belongs to a run is left out.
/// </summary>
static class Training {
    const BindingFlags Everything = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
    const int Deepest = 4, MostMilliseconds = 250;

    /// <summary>Types of the library that draw random numbers when they are initialised.</summary>
    static readonly string[] seeded = { "System.Random", "System.HashCode", "System.Guid" };

    static readonly OpCode[] one = new OpCode[256], two = new OpCode[256];
    static readonly HashSet<MethodBase> seen = new HashSet<MethodBase>();
    /// <summary>The program's methods, by their tokens, that lead to what belongs to a run.</summary>
    static readonly HashSet<int> kept = new HashSet<int>();
    static readonly System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
    static Assembly program;

    static Training() {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)) {
            var code = (OpCode)field.GetValue(null);
            if (code.Size == 1) one[code.Value & 255] = code; else two[code.Value & 255] = code;
        }
    }

    /// <summary>Uses the streams, and what most programs use with them.</summary>
    public static void Library() {
        GC.KeepAlive(new object[] { Console.In, Console.Out, Console.Error });
        var reader = TextReader.Synchronized(new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes("1 2\n3\n4"))));
        reader.Peek();
        reader.Read();
        reader.ReadLine();
        reader.ReadToEnd();
        var writer = TextWriter.Synchronized(new StreamWriter(Stream.Null) { AutoFlush = true });
        writer.WriteLine();
        writer.WriteLine(int.Parse("1"));
        writer.WriteLine(long.Parse("1"));
        writer.WriteLine("a".Trim());
        writer.WriteLine('a');
        writer.WriteLine(1.5);
        writer.WriteLine("{0} {1}", 1, "a");
        writer.Write(1);
        writer.Write(1L);
        writer.Write(string.Join(" ", "1 2".Split(' ')));
        writer.Write('a');
        writer.Flush();
    }

    /// <summary>Compiles what can be compiled of the program, and of the library what it calls.</summary>
    public static void Program(Assembly assembly) {
        program = assembly;
        var methods = assembly.GetTypes().SelectMany(t => t.GetMethods(Everything).Concat<MethodBase>(t.GetConstructors(Everything))).ToList();
        var uses = methods.ToDictionary(m => m, Used);
        // Callers of those that are kept are kept: compiling may take a callee's code in.
        while (methods.Where(m => !kept.Contains(m.MetadataToken)).Where(m => BelongsToRuns(m.DeclaringType) || uses[m].Any(BelongsToRuns))
            .Count(m => kept.Add(m.MetadataToken)) > 0) {}
        foreach (var m in methods) Visit(m, 0);
    }

    static void Visit(MethodBase m, int depth) {
        if (m.IsAbstract || m.ContainsGenericParameters || m.DeclaringType == null || m.DeclaringType.ContainsGenericParameters) return;
        if (clock.ElapsedMilliseconds > MostMilliseconds || !seen.Add(m)) return;
        try {
            if (!(m.IsConstructor && m.IsStatic) && !BelongsToRuns(m) && (m.Module.Assembly == program || !Used(m).Any(BelongsToRuns))) m.MethodHandle.GetFunctionPointer();
        } catch (Exception) {
            // What cannot be compiled now will tell when it is called.
        }
        if (depth < Deepest)
            foreach (var used in Used(m).OfType<MethodBase>()) Visit(used, depth + 1);
    }

    /// <summary>Whether a type may be initialised in a run only.</summary>
    static bool BelongsToRuns(Type t) {
        if (t == null) return false;
        if (t.IsGenericType && t.GetGenericArguments().Any(BelongsToRuns)) return true;
        return t.Assembly == program ? t.TypeInitializer != null : seeded.Contains(t.FullName);
    }

    static bool BelongsToRuns(MemberInfo used) {
        var type = used as Type;
        if (type != null) return BelongsToRuns(type);
        var method = used as MethodBase;
        return BelongsToRuns(used.DeclaringType)
            || method != null && (method.IsGenericMethod && method.GetGenericArguments().Any(BelongsToRuns)
                || used.Module.Assembly == program && kept.Contains(used.MetadataToken));
    }

    /// <summary>The methods, fields and types that a method's code names.</summary>
    static List<MemberInfo> Used(MethodBase m) {
        var used = new List<MemberInfo>();
        MethodBody body = null;
        try { body = m.GetMethodBody(); } catch (Exception) { }
        if (body == null) return used;
        var code = body.GetILAsByteArray();
        var ofType = m.DeclaringType.IsGenericType ? m.DeclaringType.GetGenericArguments() : null;
        var ofMethod = m.IsGenericMethod ? m.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;) {
            var op = code[at] == 0xfe ? two[code[++at]] : one[code[at]];
            at++;
            switch (op.OperandType) {
            case OperandType.InlineMethod:
            case OperandType.InlineField:
            case OperandType.InlineType:
            case OperandType.InlineTok:
                try { used.Add(m.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)); } catch (Exception) { }
                at += 4;
                break;
            case OperandType.InlineNone: break;
            case OperandType.ShortInlineBrTarget:
            case OperandType.ShortInlineI:
            case OperandType.ShortInlineVar: at += 1; break;
            case OperandType.InlineVar: at += 2; break;
            case OperandType.InlineI8:
            case OperandType.InlineR: at += 8; break;
            case OperandType.InlineSwitch: at += 4 + 4 * BitConverter.ToInt32(code, at); break;
            default: at += 4; break;
            }
        }
        return used;
    }
}
