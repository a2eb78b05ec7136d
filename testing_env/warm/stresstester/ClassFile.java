package stresstester;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A class file as far as it matters here: its constants, its methods and their handlers. See chapter
 * 4 of the Java Virtual Machine Specification.
 */
final class ClassFile {
    /** The names of the class and of the one it extends, as in "java/lang/Object". */
    final String name;
    final String parent;
    /** Whether a method has a handler for anything that may be thrown, as "finally" makes one. */
    boolean catchesEverything;
    /** Whether the garbage collector calls a method of its objects. */
    boolean finalized;
    /** Whether a method is not written in Java. */
    boolean isNative;

    /** A member that the class refers to. */
    record Member(String owner, String name, String descriptor) {}

    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int INTERFACE_METHOD = 11;
    private static final int CONSTANTS = 10; // offset of the first one
    private static final int ACC_NATIVE = 0x0100;

    private byte[] bytes;
    private final int count;
    private final int end; // of the constants
    private final int[] at; // offsets of the constants' tags

    ClassFile(byte[] bytes) throws IOException {
        this.bytes = bytes;
        count = u2(8);
        at = new int[count];
        int p = CONSTANTS;
        for (int i = 1; i < count; i++) {
            at[i] = p;
            int tag = bytes[p];
            p += size(p);
            if (tag == LONG || tag == DOUBLE) {
                i++; // these count twice
            }
        }
        end = p;
        name = className(u2(end + 2));
        parent = u2(end + 4) == 0 ? null : className(u2(end + 4));
        readMethods();
    }

    byte[] bytes() {
        return bytes;
    }

    private int u1(int p) {
        return bytes[p] & 0xff;
    }

    private int u2(int p) {
        return u1(p) << 8 | u1(p + 1);
    }

    private int u4(int p) {
        return u2(p) << 16 | u2(p + 2);
    }

    private int size(int p) throws IOException {
        return switch (u1(p)) {
            case UTF8 -> 3 + u2(p + 1);
            case LONG, DOUBLE -> 9;
            case 3, 4, 9, METHOD, INTERFACE_METHOD, 12, 17, 18 -> 5;
            case CLASS, 8, 16, 19, 20 -> 3;
            case 15 -> 4;
            default -> throw new IOException("constant of an unknown kind " + u1(p));
        };
    }

    private String text(int index) {
        try {
            return new DataInputStream(new ByteArrayInputStream(bytes, at[index] + 1, u2(at[index] + 1) + 2)).readUTF();
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private String className(int index) {
        return text(u2(at[index] + 1));
    }

    /** The classes that the constants name, arrays by their elements. */
    List<String> classes() {
        List<String> names = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            if (at[i] == 0 || u1(at[i]) != CLASS) {
                continue;
            }
            String n = className(i);
            int depth = 0;
            while (n.charAt(depth) == '[') {
                depth++;
            }
            if (depth == 0) {
                names.add(n);
            } else if (n.charAt(depth) == 'L') {
                names.add(n.substring(depth + 1, n.length() - 1));
            }
        }
        return names;
    }

    /** The methods that the constants name. */
    List<Member> methods() {
        List<Member> all = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            if (at[i] != 0 && (u1(at[i]) == METHOD || u1(at[i]) == INTERFACE_METHOD)) {
                all.add(member(i));
            }
        }
        return all;
    }

    private Member member(int index) {
        int p = at[index];
        int pair = at[u2(p + 3)];
        return new Member(className(u2(p + 1)), text(u2(pair + 1)), text(u2(pair + 3)));
    }

    /** Makes calls of one static method calls of the same method of another class. */
    void redirect(String owner, String method, String descriptor, String target) throws IOException {
        Member wanted = new Member(owner, method, descriptor);
        List<Integer> found = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            if (at[i] != 0 && u1(at[i]) == METHOD && member(i).equals(wanted)) {
                found.add(at[i]);
            }
        }
        if (found.isEmpty()) {
            return;
        }
        if (count > 0xffff - 2) {
            throw new IOException("no room for two constants more");
        }
        for (int p : found) {
            put2(p + 1, count + 1);
        }
        put2(8, count + 2);
        ByteArrayOutputStream changed = new ByteArrayOutputStream(bytes.length + target.length() + 8);
        DataOutputStream out = new DataOutputStream(changed);
        out.write(bytes, 0, end);
        out.writeByte(UTF8);
        out.writeUTF(target);
        out.writeByte(CLASS);
        out.writeShort(count);
        out.write(bytes, end, bytes.length - end);
        bytes = changed.toByteArray();
    }

    private void put2(int p, int value) {
        bytes[p] = (byte) (value >> 8);
        bytes[p + 1] = (byte) value;
    }

    private void readMethods() {
        int p = end + 6;
        p += 2 + 2 * u2(p); // interfaces
        int fields = u2(p);
        p += 2;
        for (int i = 0; i < fields; i++) {
            p = skipAttributes(p + 6);
        }
        int methods = u2(p);
        p += 2;
        for (int i = 0; i < methods; i++) {
            isNative |= (u2(p) & ACC_NATIVE) != 0;
            finalized |= text(u2(p + 2)).equals("finalize") && text(u2(p + 4)).equals("()V");
            int attributes = u2(p + 6);
            p += 8;
            for (int j = 0; j < attributes; j++) {
                if (text(u2(p)).equals("Code")) {
                    readCode(p + 6);
                }
                p += 6 + u4(p + 2);
            }
        }
    }

    private int skipAttributes(int p) {
        int attributes = u2(p);
        p += 2;
        for (int i = 0; i < attributes; i++) {
            p += 6 + u4(p + 2);
        }
        return p;
    }

    private void readCode(int p) {
        p += 8 + u4(p + 4);
        int handlers = u2(p);
        for (int i = 0; i < handlers; i++) {
            int type = u2(p + 2 + 8 * i + 6);
            if (type == 0) {
                catchesEverything = true;
                continue;
            }
            String caught = className(type);
            catchesEverything |= caught.equals("java/lang/Throwable") || caught.equals("java/lang/Error");
        }
    }
}
