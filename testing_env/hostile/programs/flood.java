//: group: Output
//: tries: to print without end from Java
//: expect: tested=OLE
//: time: 5s
//: memory: 256M
//: why: the limit of output is the same for all; that the runtime hides the failure does not matter
public class Main {
    public static void main(String[] args) {
        byte[] flood = new byte[1 << 16];
        while (!System.out.checkError()) {
            System.out.write(flood, 0, flood.length);
        }
    }
}
