//: group: Memory
//: tries: to take memory outside the Java heap
//: expect: tested=MLE
//: why: direct buffers are limited by the runtime like the heap
//: time: 3s
import java.nio.ByteBuffer;
import java.util.ArrayList;

public class memory_direct {
    public static void main(String[] args) {
        ArrayList<ByteBuffer> all = new ArrayList<>();
        while (true) {
            ByteBuffer b = ByteBuffer.allocateDirect(1 << 20);
            for (int i = 0; i < b.capacity(); i += 4096) b.put(i, (byte) 1);
            all.add(b);
        }
    }
}
