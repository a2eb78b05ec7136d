// Tells which line of a C# program printed one byte of its standard output.
//
// Run as "mono --debug Trace.exe SOURCE PROGRAM.exe ARGUMENTS…" with
// STRESSTESTER_TRACE="FD:OFFSET". Output by Console goes to the file at once, and the write
// with the byte at OFFSET is logged to FD as described in trace.c, with frames as
// "LINE:FUNCTION" of methods that were compiled from SOURCE.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Text;

public sealed class Trace : Stream {
    readonly Stream stdout = Console.OpenStandardOutput();
    readonly FileStream log;
    readonly long wanted;
    readonly string file;
    long at;

    Trace(FileStream log, long wanted, string file) {
        this.log = log;
        this.wanted = wanted;
        this.file = file;
    }

    public override void Write(byte[] data, int from, int n) {
        stdout.Write(data, from, n);
        stdout.Flush();
        if (at <= wanted && wanted < at + n) {
            byte[] line = Encoding.UTF8.GetBytes("w " + at + " " + (at + n) + " " + Frames() + "\n");
            log.Write(line, 0, line.Length);
            log.Flush();
        }
        at += n;
    }

    string Frames() {
        var frames = new List<string>();
        foreach (StackFrame f in new StackTrace(1, true).GetFrames()) {
            string name = f.GetFileName();
            if (name != null && Path.GetFileName(name) == file && f.GetFileLineNumber() > 0 && frames.Count < 60)
                frames.Add(f.GetFileLineNumber() + ":" + f.GetMethod().Name.Replace(' ', '_'));
        }
        return string.Join(" ", frames);
    }

    public override void Flush() { }
    public override bool CanRead { get { return false; } }
    public override bool CanSeek { get { return false; } }
    public override bool CanWrite { get { return true; } }
    public override long Length { get { throw new NotSupportedException(); } }
    public override long Position { get { throw new NotSupportedException(); } set { throw new NotSupportedException(); } }
    public override int Read(byte[] data, int from, int n) { throw new NotSupportedException(); }
    public override long Seek(long to, SeekOrigin origin) { throw new NotSupportedException(); }
    public override void SetLength(long n) { throw new NotSupportedException(); }

    public static void Main(string[] args) {
        string[] order = Environment.GetEnvironmentVariable("STRESSTESTER_TRACE").Split(':');
        if (order.Length == 2) {
            var log = new FileStream("/proc/self/fd/" + order[0], FileMode.Open, FileAccess.Write);
            var stream = new Trace(log, long.Parse(order[1]), args[0]);
            var writer = new StreamWriter(stream, new UTF8Encoding(false));
            writer.AutoFlush = true;
            Console.SetOut(writer);
        }
        MethodInfo main = Assembly.LoadFrom(args[1]).EntryPoint;
        var rest = new string[args.Length - 2];
        Array.Copy(args, 2, rest, 0, rest.Length);
        try {
            object status = main.Invoke(null, main.GetParameters().Length == 0 ? null : new object[] { rest });
            if (status is int)
                Environment.ExitCode = (int)status;
        } catch (TargetInvocationException e) {
            Console.Error.WriteLine("\nUnhandled Exception:\n" + e.InnerException);
            Environment.Exit(1);
        }
    }
}
