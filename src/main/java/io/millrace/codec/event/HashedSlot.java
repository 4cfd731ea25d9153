package io.millrace.codec.event;

import com.dynatrace.hash4j.hashing.Hasher32;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.core.JsonParser;
import io.millrace.codec.plain.ByteTable;
import io.millrace.codec.plain.PlainCategory;
import io.millrace.example.Feature;
import io.millrace.example.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009)
 * by the convention of scikit-learn's {@code FeatureHasher}: h is MurmurHash3 (x86, 32 bits, seed
 * 0) of the UTF-8 bytes of {@code field=value}, read as a signed int; the input is {@code abs(h)
 * mod n}, its value +1 where h is not negative, else -1.
 *
 * <p>The results for texts of up to eight bytes are kept in a table of 2,048 places, each for the
 * text that had it last: 24 kB.
 */
final class HashedSlot extends SparseSlot {
  private static final Hasher32 MURMUR3 = Hashing.murmur3_32();
  private static final int KEPT_BITS = 11;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 / the golden ratio

  private final Categories categories;
  private final PlainCategory plain = new PlainCategory();
  private final int count;

  /** The bytes of {@code field=}, and room for a value. */
  private byte[] bytes;

  private final int prefix;

  /** Texts as words, and what became of them; 0, the empty text, is not kept. */
  private final long[] keptTexts = new long[1 << KEPT_BITS];

  private final int[] keptInputs = new int[1 << KEPT_BITS];

  HashedSlot(Feature.Hashed feature, int start) {
    super(feature.field().text(), start);
    this.categories = new Categories(field());
    this.count = feature.inputs();
    this.bytes = (field() + "=").getBytes(StandardCharsets.UTF_8);
    this.prefix = bytes.length;
  }

  @Override
  @Nullable Rejection read(JsonParser json, Column column) throws IOException {
    Rejection fault = categories.check(json);
    if (fault != null) {
      return fault;
    }
    keep(signedInput(append(Categories.text(json))));
    return null;
  }

  @Override
  int readPlain(byte[] b, int from, Column column) {
    int end = plain.read(b, from);
    if (end != NOT_PLAIN) {
      keep(signedInput(b, plain.from(), plain.to()));
    }
    return end;
  }

  private int signedInput(byte[] b, int from, int to) {
    int length = to - from;
    if (length > Long.BYTES) {
      return signedInput(append(b, from, length));
    }
    long text = ByteTable.head(b, from, length); // no text has a zero byte
    int place = (int) ((text * MULTIPLIER) >>> (Long.SIZE - KEPT_BITS));
    if (keptTexts[place] != text || text == 0) {
      keptInputs[place] = signedInput(append(b, from, length));
      keptTexts[place] = text;
    }
    return keptInputs[place];
  }

  /** The input of the first bytes, or its complement where the value is -1. */
  private int signedInput(int end) {
    int h = MURMUR3.hashBytesToInt(bytes, 0, end);
    int input = (int) (Math.abs((long) h) % count);
    return h >= 0 ? input : ~input;
  }

  private void keep(int signedInput) {
    keep(signedInput >= 0 ? signedInput : ~signedInput, signedInput >= 0 ? 1 : -1);
  }

  /** Puts the value behind the prefix and returns where it ends. May replace the bytes. */
  private int append(String value) {
    int length = value.length();
    makeRoom(length);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c > 0x7F) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        return append(encoded, 0, encoded.length);
      }
      bytes[prefix + i] = (byte) c;
    }
    return prefix + length;
  }

  private int append(byte[] value, int from, int length) {
    makeRoom(length);
    System.arraycopy(value, from, bytes, prefix, length);
    return prefix + length;
  }

  private void makeRoom(int length) {
    if (prefix + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, prefix + Math.max(length, 2 * bytes.length));
    }
  }
}
