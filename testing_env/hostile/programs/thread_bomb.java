//: group: Processes
//: tries: to start threads without end in a runtime that may have many
//: expect: tested=RE|TLE|MLE
//: why: the Java runtime says that it got no thread, or its time is up
public class thread_bomb {
    public static void main(String[] args) {
        while (true) {
            new Thread(() -> { while (true) { Math.sqrt(2); } }).start();
        }
    }
}
