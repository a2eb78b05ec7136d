import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells which line of a Java program printed one byte of its standard output.
 *
 * Run as "java Trace FILE CLASS ARGUMENTS…" with STRESSTESTER_TRACE="FD:OFFSET", with the
 * program in the class path. Logs as described in trace.c, with frames as
 * "LINE:FUNCTION" of classes that were compiled from FILE. With
 * STRESSTESTER_TRACE="FD:OFFSET:PERIOD" no write is logged, but samples are taken of
 * all threads every PERIOD microseconds.
 */
public final class Trace extends OutputStream {
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final FileOutputStream log;
    private final long wanted;
    private final String file;
    private long at;

    private Trace(FileOutputStream log, long wanted, String file) {
        this.log = log;
        this.wanted = wanted;
        this.file = file;
    }

    @Override
    public synchronized void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] data, int from, int n) throws IOException {
        out.write(data, from, n);
        if (at <= wanted && wanted < at + n) {
            log.write(("w " + at + " " + (at + n) + " " + stack() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        at += n;
    }

    private String stack() {
        List<String> frames = StackWalker.getInstance().walk(all -> all
            .map(StackWalker.StackFrame::toStackTraceElement)
            .filter(f -> file.equals(f.getFileName()) && f.getLineNumber() > 0)
            .limit(60)
            .map(f -> f.getLineNumber() + ":" + f.getMethodName())
            .collect(Collectors.toList()));
        return String.join(" ", frames);
    }

    /** Logs where every thread of the program is, from time to time. */
    private static void sample(FileOutputStream log, String file, long period) {
        Thread sampler = new Thread(() -> {
            try {
                for (int n = 0; n < 4000; n++) {
                    Thread.sleep(period / 1000);
                    for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
                        String frames = Arrays.stream(stack)
                            .filter(f -> file.equals(f.getFileName()) && f.getLineNumber() > 0)
                            .limit(24)
                            .map(f -> f.getLineNumber() + ":" + f.getMethodName())
                            .collect(Collectors.joining(" "));
                        if (!frames.isEmpty()) {
                            log.write(("t 0 " + frames + "\n").getBytes(StandardCharsets.UTF_8));
                        }
                    }
                }
            } catch (IOException | InterruptedException e) {
                return;
            }
        });
        sampler.setDaemon(true);
        sampler.start();
    }

    public static void main(String[] args) throws Throwable {
        String[] order = System.getenv("STRESSTESTER_TRACE").split(":");
        FileOutputStream log = new FileOutputStream("/proc/self/fd/" + order[0]);
        if (order.length > 2) {
            sample(log, args[0], Long.parseLong(order[2]));
        } else {
            System.setOut(new PrintStream(new Trace(log, Long.parseLong(order[1]), args[0]), true, System.out.charset()));
        }
        Method main = Class.forName(args[1]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 2, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
