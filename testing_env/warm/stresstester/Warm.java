package stresstester;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A virtual machine that makes one run of a program after the other. Each run has classes of its
 * own, loaded anew, and so static state of its own; streams of its own, opened anew; and a thread
 * of its own, with the stack that the main thread of a fresh machine has.
 *
 * <p>What a run could leave behind in the machine itself is of three kinds. What programs do every
 * day is put back here ({@link Locale}, streams, ends by {@code System.exit}). What can be seen
 * before anything runs is refused by {@link Rules}: such a program is never run here. What can be
 * seen afterwards (threads, open files) ends this way of running the program. A run that does not
 * end well has no result here at all. ../README.md has the protocol.
 */
public final class Warm {
    /** How many threads may stay behind that wait for ever in System.exit. */
    private static final int MOST_PARKED = 16;

    private final Program program;
    private final Streams streams;
    private final DataInputStream requests;
    private final OutputStream answers;
    private final ThreadGroup all;
    private final Set<Thread> own = new HashSet<>();
    private Thread[] seen = new Thread[64];

    private final Locale locale = Locale.getDefault();
    private final Locale display = Locale.getDefault(Locale.Category.DISPLAY);
    private final Locale format = Locale.getDefault(Locale.Category.FORMAT);

    /** Usage: Warm FOLDER CLASS, with the descriptors of requests and answers in STRESSTESTER_WARM. */
    public static void main(String[] args) throws Throwable {
        String[] numbers = System.getenv("STRESSTESTER_WARM").split(":");
        Constructor<FileDescriptor> descriptor = FileDescriptor.class.getDeclaredConstructor(int.class);
        descriptor.setAccessible(true);
        FileInputStream in = new FileInputStream(descriptor.newInstance(Integer.parseInt(numbers[0])));
        OutputStream out = new FileOutputStream(descriptor.newInstance(Integer.parseInt(numbers[1])));
        Warm warm;
        try {
            System.setProperty("java.class.path", args[0]);
            System.setProperty("sun.java.command", args[1]);
            warm = new Warm(Program.read(args[0], args[1]), new DataInputStream(in), out);
        } catch (Rules.Refusal refusal) {
            say(out, "unsuitable " + refusal.getMessage());
            return;
        }
        say(out, "ready");
        warm.serve();
    }

    private Warm(Program program, DataInputStream requests, OutputStream answers) throws Exception {
        this.program = program;
        this.requests = requests;
        this.answers = answers;
        this.streams = new Streams();
        // Opened once for the threads that this starts.
        streams.open();
        streams.close();
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        all = group;
        int n = threads();
        for (int i = 0; i < n; i++) {
            own.add(seen[i]);
        }
    }

    private void serve() throws Exception {
        for (;;) {
            // End of file: nobody wants anything any more.
            int count = Integer.reverseBytes(requests.readInt());
            byte[] block = new byte[Integer.reverseBytes(requests.readInt())];
            requests.readFully(block);
            answer(make(split(block, count)));
        }
    }

    private static String[] split(byte[] block, int count) {
        String[] args = new String[count];
        Charset charset = Charset.defaultCharset();
        int begin = 0;
        for (int i = 0, end = 0; i < count; i++, begin = ++end) {
            while (block[end] != 0) {
                end++;
            }
            args[i] = new String(block, begin, end - begin, charset);
        }
        return args;
    }

    /** Makes one run and returns the answer. */
    private String make(String[] args) throws Exception {
        streams.open();
        Exit.begin(program.catchesEverything);
        Run run = new Run(program, args);
        run.start();
        Exit.await(run);
        String trouble = Exit.called() ? null : run.trouble;
        if (trouble == null) {
            trouble = await();
        }
        if (trouble == null && Exit.called() && Exit.status() != 0) {
            trouble = "failed";
        }
        // Nothing is flushed: neither does a machine that ends.
        streams.close();
        restore();
        if (trouble != null) {
            return trouble;
        }
        // The numbers of descriptors tell whether the run has left any open.
        return streams.moved() || Exit.parked().size() > MOST_PARKED ? "renew" : "done";
    }

    /** Waits for the run's threads as a machine does before it ends. */
    private String await() throws InterruptedException {
        for (;;) {
            Thread waitFor = null;
            int n = threads();
            for (int i = 0; i < n; i++) {
                Thread t = seen[i];
                seen[i] = null;
                if (own.contains(t) || Exit.parked().contains(t) || !t.isAlive()) {
                    continue;
                }
                if (t.isDaemon() || (Exit.called() && Exit.by() != t)) {
                    return "unsuitable it leaves threads behind";
                }
                waitFor = t;
            }
            if (waitFor == null) {
                return null;
            }
            Exit.await(waitFor);
        }
    }

    /** Lists all threads in seen and returns their number. */
    private int threads() {
        for (;;) {
            int n = all.enumerate(seen, true);
            if (n < seen.length) {
                return n;
            }
            seen = new Thread[2 * seen.length];
        }
    }

    private void restore() {
        if (Locale.getDefault() != locale || Locale.getDefault(Locale.Category.DISPLAY) != display
                || Locale.getDefault(Locale.Category.FORMAT) != format) {
            Locale.setDefault(locale);
            Locale.setDefault(Locale.Category.DISPLAY, display);
            Locale.setDefault(Locale.Category.FORMAT, format);
        }
    }

    private void answer(String text) throws IOException {
        say(answers, text);
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write((text.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** One run of the program, on a thread like a fresh machine's main one. */
    static final class Run extends Thread {
        private final Program program;
        private final String[] args;
        /** What is to be answered; null after a run that ended well. */
        String trouble;

        Run(Program program, String[] args) {
            super("main");
            this.program = program;
            this.args = args;
        }

        @Override
        public void run() {
            try {
                Loader loader = new Loader(program);
                setContextClassLoader(loader);
                Method main = Class.forName(program.main, false, loader).getMethod("main", String[].class);
                main.setAccessible(true);
                main.invoke(null, (Object) args);
            } catch (Throwable e) {
                trouble = "failed";
            } finally {
                Exit.ended();
            }
        }
    }

    /** Standard streams that are opened anew for every run. */
    private static final class Streams {
        private final Field number = field("fd");
        private final Field closed = field("closed");
        private final Field parent = field("parent");
        private final Field others = field("otherParents");
        private final Charset outCharset = System.out.charset();
        private final Charset errCharset = System.err.charset();
        private final int[] first = new int[3];
        private final int[] now = new int[3];
        private FileInputStream in;
        private FileOutputStream out;
        private FileOutputStream err;
        private boolean opened;

        private static Field field(String name) {
            try {
                Field f = FileDescriptor.class.getDeclaredField(name);
                f.setAccessible(true);
                return f;
            } catch (NoSuchFieldException e) {
                throw new AssertionError(e);
            }
        }

        /** Opens the three; what was written before is emptied. */
        void open() throws Exception {
            in = new FileInputStream("/proc/self/fd/0");
            out = new FileOutputStream("/proc/self/fd/1");
            err = new FileOutputStream("/proc/self/fd/2");
            lend(FileDescriptor.in, in.getFD(), 0);
            lend(FileDescriptor.out, out.getFD(), 1);
            lend(FileDescriptor.err, err.getFD(), 2);
            if (!opened) {
                System.arraycopy(now, 0, first, 0, first.length);
                opened = true;
            }
            System.setIn(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
            System.setOut(printer(FileDescriptor.out, outCharset));
            System.setErr(printer(FileDescriptor.err, errCharset));
        }

        /** Makes the well-known descriptor the other name of a newly opened one. */
        private void lend(FileDescriptor known, FileDescriptor fresh, int index) throws IllegalAccessException {
            now[index] = number.getInt(fresh);
            number.setInt(known, now[index]);
            closed.setBoolean(known, false);
            parent.set(known, null);
            others.set(known, null);
        }

        private static PrintStream printer(FileDescriptor d, Charset charset) {
            // As java.lang.System makes them.
            return new PrintStream(new BufferedOutputStream(new FileOutputStream(d), 128), true, charset);
        }

        void close() throws IllegalAccessException {
            for (java.io.Closeable c : new java.io.Closeable[] {in, out, err}) {
                try {
                    c.close();
                } catch (IOException e) {
                    // The program has closed it already.
                }
            }
        }

        /** Reports whether the run's streams got other numbers than the first run's. */
        boolean moved() {
            return !java.util.Arrays.equals(first, now);
        }
    }
}
