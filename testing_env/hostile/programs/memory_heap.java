//: group: Memory
//: tries: to take memory on the Java heap
//: expect: tested=MLE
//: why: the runtime's heap is limited, and it says so when it is full
//: time: 3s
import java.util.ArrayList;

public class memory_heap {
    public static void main(String[] args) {
        ArrayList<byte[]> all = new ArrayList<>();
        while (true) {
            all.add(new byte[1 << 20]);
        }
    }
}
