package dev.packhorse.identity;

import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/** bcrypt as OpenBSD and Apache write it. Of a password only the first 72 bytes count, as everywhere. */
final class Bcrypt implements PasswordHash {

    private static final Pattern SHAPE = Pattern.compile("\\$2[aby]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}");

    /** Five seconds of one core. */
    private static final int MAX_COST = 16;

    /** Of the Blowfish boxes, about. */
    private static final int MEMORY = 8;

    private final String text;
    private final int cost;

    Bcrypt(String text) {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException("a hash of bcrypt that is broken or cut off");
        }
        this.text = text;
        this.cost = Integer.parseInt(text.substring(4, 6));
        if (cost < 4 || cost > MAX_COST) {
            throw new IllegalArgumentException("a cost of bcrypt is 4 to " + MAX_COST + ", this is " + cost);
        }
    }

    @Override
    public boolean matches(byte[] password) {
        return OpenBSDBCrypt.checkPassword(text, password);
    }

    @Override
    public String label() {
        return "bcrypt " + cost;
    }

    @Override
    public int memory() {
        return MEMORY;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return label();
    }
}
