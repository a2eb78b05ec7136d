//: group: Shared runtimes
//: tries: to answer the driver in the place of the Mono process, for an answer that is wrong
//: expect: tested=WA
//: time: 3s
//: memory: 256M
//: why: the answer of the process is about how the run ended, never about what it printed
using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;

class Answers {
    static void Main() {
        Console.WriteLine(-1);
        foreach (var path in Directory.GetFiles("/proc/self/fd")) {
            int fd = int.Parse(Path.GetFileName(path));
            if (fd < 3) continue;
            try {
                var text = Encoding.ASCII.GetBytes("done\nready\ndone\n");
                using (var pipe = new FileStream(new SafeFileHandle((IntPtr)fd, false), FileAccess.Write)) pipe.Write(text, 0, text.Length);
            } catch (Exception) {
                // Not open any more, or not for writing.
            }
        }
    }
}
