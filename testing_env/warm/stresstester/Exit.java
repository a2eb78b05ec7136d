package stresstester;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands in for {@code System.exit} in the programs (see {@link ClassFile#redirect}): a program
 * must end without the machine. Nothing of the program may run after the call. Where it has no
 * handler that could, the thread is unwound; otherwise it waits here for ever.
 */
public final class Exit {
    /** How long other threads may take to end, in nanoseconds, once one has called exit. */
    private static final long GRACE = 50_000_000;

    private static volatile boolean called;
    private static volatile int status;
    private static volatile Thread by;
    private static long calledAt;
    private static boolean ended;
    private static boolean catchesEverything;
    private static final Set<Thread> parked = new HashSet<>();

    private Exit() {}

    /** What unwinds a thread. No handler of the program catches it. */
    private static final class Unwound extends Error {
        private static final long serialVersionUID = 1;

        Unwound() {
            super(null, null, false, false);
        }
    }

    /** Readies for a run; catching tells whether the program has handlers for anything. */
    static synchronized void begin(boolean catching) {
        called = false;
        ended = false;
        status = 0;
        by = null;
        catchesEverything = catching;
    }

    static boolean called() {
        return called;
    }

    static int status() {
        return status;
    }

    static Thread by() {
        return by;
    }

    /** The threads that wait here for ever. */
    static synchronized Set<Thread> parked() {
        return new HashSet<>(parked);
    }

    /** Says that the run's main thread is about to end. */
    static synchronized void ended() {
        ended = true;
        Exit.class.notifyAll();
    }

    /**
     * Waits until the thread has ended, or waits for ever in exit, or goes on although another thread
     * has called exit, which a fresh machine would not let it do.
     */
    static void await(Thread t) throws InterruptedException {
        synchronized (Exit.class) {
            while (!ended && !parked.contains(t) && !outlives(t)) {
                Exit.class.wait(called ? 1 : 0);
            }
        }
        // Other threads than the main one have no last word.
        while (!isParked(t) && t.isAlive() && !outlives(t)) {
            t.join(1);
        }
    }

    private static synchronized boolean outlives(Thread t) {
        return called && by != t && System.nanoTime() - calledAt > GRACE;
    }

    private static boolean isMain(Thread t) {
        return t instanceof Warm.Run;
    }

    private static synchronized boolean isParked(Thread t) {
        return parked.contains(t);
    }

    /** System.exit, as programs see it. */
    public static void exit(int wanted) {
        synchronized (Exit.class) {
            if (!called) {
                called = true;
                status = wanted;
                by = Thread.currentThread();
                calledAt = System.nanoTime();
                Exit.class.notifyAll();
                // Who joins this thread must not see it end.
                if (!catchesEverything && (ended || isMain(by))) {
                    Thread.currentThread().setUncaughtExceptionHandler((t, e) -> {});
                    throw new Unwound();
                }
            }
            parked.add(Thread.currentThread());
            Exit.class.notifyAll();
        }
        for (;;) {
            LockSupport.park(Exit.class);
            Thread.interrupted();
        }
    }
}
