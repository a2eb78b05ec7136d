package stresstester;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The program's classes, read once, checked, and ready to be loaded any number of times. */
final class Program {
    final String main;
    /** Class files by binary name. */
    final Map<String, byte[]> classes = new HashMap<>();
    /** Whether some method has a handler that would see anything thrown. */
    final boolean catchesEverything;

    private Program(String main, Map<String, ClassFile> files) {
        this.main = main;
        boolean catching = false;
        for (Map.Entry<String, ClassFile> f : files.entrySet()) {
            classes.put(f.getKey().replace('/', '.'), f.getValue().bytes());
            catching |= f.getValue().catchesEverything;
        }
        catchesEverything = catching;
    }

    /** Reads all class files of the folder; refuses a program that cannot be run again and again. */
    static Program read(String folder, String main) throws IOException, Rules.Refusal {
        Path root = Path.of(folder);
        Map<String, ClassFile> files = new HashMap<>();
        List<Path> paths;
        try (Stream<Path> all = Files.walk(root)) {
            paths = all.filter(p -> p.toString().endsWith(".class")).toList();
        }
        for (Path p : paths) {
            ClassFile f = new ClassFile(Files.readAllBytes(p));
            files.put(f.name, f);
        }
        if (!files.containsKey(main.replace('.', '/'))) {
            throw new Rules.Refusal("its main class is not where it was expected");
        }
        Rules.check(files);
        for (ClassFile f : files.values()) {
            f.redirect("java/lang/System", "exit", "(I)V", "stresstester/Exit");
        }
        return new Program(main, files);
    }
}
