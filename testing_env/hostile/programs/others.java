//: group: Other programs
//: tries: to read secrets and other programs' files, to end all processes, and to print into what is not its own
//: expect: tested=OK
//: time: 5s
//: memory: 256M
//: why: a runtime with rights of its own is a process like any other
import java.io.IOException;
import java.nio.file.*;
import java.util.*;

public class Main {
    static void breach(String what) {
        System.err.println("BREACH: " + what);
        System.out.println("BREACH");
        System.out.flush();
        Runtime.getRuntime().halt(86);
    }

    public static void main(String[] args) {
        for (String secret : new String[] {"/etc/shadow", System.getenv("HOSTILE_GVISOR") == null ? "/proc/1/environ" : "/etc/gshadow", "/proc/1/mem", "/run/stresstester/driver", "/cache"}) {
            try {
                Path path = Path.of(secret);
                if (Files.isDirectory(path)) {
                    Files.list(path).close();
                } else {
                    Files.newInputStream(path).read();
                }
                breach(secret + " can be read");
            } catch (IOException | SecurityException expected) {
                // as it should be
            }
        }
        long self = ProcessHandle.current().pid();
        ProcessHandle.allProcesses().filter(p -> p.pid() != self).forEach(p -> {
            try {
                p.destroyForcibly();
            } catch (IllegalStateException expected) {
                // an ancestor
            }
        });
        for (String folder : new String[] {"/tmp", "/dev/shm", "/var/tmp", "/run", "/w", "/", "/etc"}) {
            try {
                Files.writeString(Path.of(folder, "note"), "kept");
                breach("a note was left in " + folder);
            } catch (IOException expected) {
                // as it should be
            }
        }
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
    }
}
