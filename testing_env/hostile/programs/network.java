//: group: Network and kernel
//: tries: the network from Java, and to start a program
//: expect: tested=OK
//: why: sockets are refused to Java as well; other programs may be started and are as powerless
//: gvisor: MLE
//: time: 5s
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Scanner;

public class network {
    interface Attempt { void run() throws Exception; }

    public static void main(String[] args) throws Exception {
        Attempt[] attempts = {
            () -> new Socket().connect(new InetSocketAddress("1.1.1.1", 53), 500),
            () -> new ServerSocket(4711),
            () -> java.net.InetAddress.getByName("example.com").getHostAddress(),
        };
        for (Attempt a : attempts) {
            try {
                a.run();
            } catch (Exception e) {
                continue;
            }
            System.err.println("BREACH: there is a network");
            System.exit(86);
        }
        new ProcessBuilder("sleep", "1000").start();
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
    }
}
