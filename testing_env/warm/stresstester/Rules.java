package stresstester;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which programs can be run again and again in one machine: those that use nothing but what is
 * known to keep no state in the machine, or a state that {@link Warm} puts back or sees. What is
 * not known is refused. The rules look at what class files name, so a program cannot get around
 * them but through what they refuse, reflection above all.
 */
final class Rules {
    private Rules() {}

    /** Why a program is not run here: a sentence about "it". */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String why) {
            super(why);
        }
    }

    private static final Set<String> PACKAGES = Set.of("java/lang", "java/lang/annotation", "java/lang/runtime", "java/io",
            "java/math", "java/nio", "java/nio/channels", "java/nio/charset", "java/nio/file", "java/nio/file/attribute",
            "java/text", "java/time", "java/time/chrono", "java/time/format", "java/time/temporal", "java/util",
            "java/util/concurrent", "java/util/concurrent/atomic", "java/util/concurrent/locks", "java/util/function",
            "java/util/random", "java/util/regex", "java/util/stream");

    /** Classes of other packages that are as harmless: what compilers put in, and little more. */
    private static final Set<String> CLASSES = Set.of("java/lang/invoke/CallSite", "java/lang/invoke/LambdaMetafactory",
            "java/lang/invoke/MethodHandle", "java/lang/invoke/MethodHandles", "java/lang/invoke/MethodHandles$Lookup",
            "java/lang/invoke/MethodType", "java/lang/invoke/SerializedLambda", "java/lang/invoke/StringConcatFactory",
            "java/lang/invoke/TypeDescriptor", "java/lang/ref/WeakReference", "java/lang/reflect/Array",
            "java/security/MessageDigest", "java/security/NoSuchAlgorithmException", "java/security/SecureRandom");

    /** Classes of those packages that are not. */
    private static final Set<String> REFUSED = Set.of("java/lang/ClassLoader", "java/lang/ClassValue", "java/lang/Module",
            "java/lang/ModuleLayer", "java/lang/OutOfMemoryError", "java/lang/Process", "java/lang/ProcessBuilder",
            "java/lang/ProcessHandle", "java/lang/SecurityManager", "java/lang/StackOverflowError", "java/lang/StackWalker",
            "java/lang/System$Logger", "java/lang/ThreadDeath", "java/lang/ThreadGroup", "java/lang/VirtualMachineError",
            "java/io/Console", "java/util/Currency", "java/util/PropertyResourceBundle", "java/util/ResourceBundle",
            "java/util/ServiceLoader", "java/util/Timer");

    /** Of these classes, only these methods. */
    private static final Map<String, Set<String>> ONLY = Map.of(
            "java/lang/Class", Set.of("cast", "desiredAssertionStatus", "equals", "getComponentType", "getEnumConstants", "getName",
                    "getSimpleName", "getSuperclass", "getTypeName", "hashCode", "isArray", "isAssignableFrom", "isInstance",
                    "isInterface", "isPrimitive", "toString"),
            "java/lang/Runtime", Set.of("freeMemory", "gc", "getRuntime", "maxMemory", "totalMemory"),
            "java/lang/invoke/LambdaMetafactory", Set.of("altMetafactory", "metafactory"),
            "java/lang/invoke/StringConcatFactory", Set.of("makeConcat", "makeConcatWithConstants"),
            "java/lang/invoke/MethodHandle", Set.of(),
            "java/lang/invoke/MethodHandles", Set.of(),
            "java/lang/invoke/MethodHandles$Lookup", Set.of(),
            "java/lang/invoke/MethodType", Set.of());

    /** Of these classes, all but these methods. */
    private static final Map<String, Set<String>> NOT = Map.of(
            "java/lang/System", Set.of("clearProperty", "console", "getLogger", "getProperties", "getSecurityManager", "getenv",
                    "inheritedChannel", "load", "loadLibrary", "runFinalization", "setProperties", "setProperty", "setSecurityManager"),
            "java/lang/Thread", Set.of("activeCount", "enumerate", "getAllStackTraces", "getContextClassLoader",
                    "getDefaultUncaughtExceptionHandler", "getId", "getThreadGroup", "ofPlatform", "ofVirtual", "setContextClassLoader",
                    "setDefaultUncaughtExceptionHandler", "startVirtualThread", "threadId"),
            "java/io/File", Set.of("createTempFile", "deleteOnExit"),
            "java/nio/ByteBuffer", Set.of("allocateDirect"),
            "java/util/TimeZone", Set.of("setDefault"),
            "java/util/concurrent/Executors", Set.of("newThreadPerTaskExecutor", "newVirtualThreadPerTaskExecutor"));

    /** Checks all classes of a program. */
    static void check(Map<String, ClassFile> program) throws Refusal {
        for (ClassFile f : program.values()) {
            if (f.name.startsWith("stresstester/") || f.name.startsWith("java/")) {
                throw new Refusal("a class of it is named " + source(f.name));
            }
            if (f.finalized) {
                throw new Refusal("it has a finalizer");
            }
            if (f.isNative) {
                throw new Refusal("it has native methods");
            }
            for (String name : f.classes()) {
                if (!program.containsKey(name)) {
                    checkClass(name);
                }
            }
            for (ClassFile.Member m : f.methods()) {
                checkMethod(inherited(program, m.owner()), m.name());
            }
        }
    }

    private static void checkClass(String name) throws Refusal {
        if (CLASSES.contains(name)) {
            return;
        }
        String home = name.substring(0, Math.max(0, name.lastIndexOf('/')));
        if (!PACKAGES.contains(home) || REFUSED.contains(outermost(name)) || REFUSED.contains(name)) {
            throw new Refusal("it uses " + source(name) + ", whose state would outlive a run");
        }
    }

    private static void checkMethod(String owner, String name) throws Refusal {
        Set<String> only = ONLY.get(owner);
        Set<String> not = NOT.get(owner);
        if ((only != null && !only.contains(name)) || (not != null && not.contains(name))) {
            throw new Refusal("it uses " + source(owner) + "." + name + ", whose effect would outlive a run");
        }
    }

    /** The first class that is not the program's own, from the given one upwards. */
    private static String inherited(Map<String, ClassFile> program, String name) {
        for (ClassFile f = program.get(name); f != null; f = program.get(name)) {
            name = f.parent;
        }
        return name;
    }

    private static String outermost(String name) {
        int dollar = name.indexOf('$');
        return dollar < 0 ? name : name.substring(0, dollar);
    }

    private static String source(String name) {
        return name.replace('/', '.');
    }

}
