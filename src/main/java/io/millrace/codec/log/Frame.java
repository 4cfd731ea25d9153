package io.millrace.codec.log;

import io.millrace.codec.FormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * What every binary format of Millrace has around its body, all numbers little-endian:
 *
 * <pre>
 *   int32   magic: four ASCII characters that name the format
 *   int32   version of the format
 *   ...     the body
 *   int32   CRC-32C of everything before it
 * </pre>
 */
public final class Frame {
  /** A float32 of little-endian bytes. */
  public static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** The bytes before a body. */
  static final int HEADER = 2 * Integer.BYTES;

  private static final int TRAILER = Integer.BYTES;

  /** The bytes that the frame adds to a body. */
  static final int OVERHEAD = HEADER + TRAILER;

  private final String what;
  private final int magic;
  private final int oldest;
  private final int version;

  /**
   * A format.
   *
   * @param what its name in sentences
   * @param magic four ASCII characters
   * @param version the version that is written, and the only one that is read
   */
  Frame(String what, String magic, int version) {
    this(what, magic, version, version);
  }

  /**
   * A format of several versions.
   *
   * @param what its name in sentences
   * @param magic four ASCII characters
   * @param oldest the oldest version that is read
   * @param version the version that is written, and the newest that is read
   */
  Frame(String what, String magic, int oldest, int version) {
    this.what = what;
    this.oldest = oldest;
    this.magic =
        magic.charAt(0) | magic.charAt(1) << 8 | magic.charAt(2) << 16 | magic.charAt(3) << 24;
    this.version = version;
  }

  /** A buffer for a body of {@code length} bytes, with the header of the newest version written. */
  ByteBuffer begin(long length) {
    return begin(length, version);
  }

  /** A buffer for a body of an older version, which is still written where it says it all. */
  ByteBuffer begin(long length, int version) {
    if (length > Integer.MAX_VALUE - OVERHEAD) {
      throw new FormatException(
          String.format(Locale.ROOT, "A %s of %d bytes is too large", what, length));
    }
    return ByteBuffer.allocate((int) length + OVERHEAD)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(magic)
        .putInt(version);
  }

  /** Closes a full body, from {@link #begin}, with its checksum. */
  @SuppressWarnings("ByteBufferBackingArray") // allocated by begin, so its array is all of it
  byte[] seal(ByteBuffer buffer) {
    buffer.putInt(checksum(buffer.array(), buffer.position()));
    if (buffer.hasRemaining()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "%d bytes of the %s were not written", buffer.remaining(), what));
    }
    return buffer.array();
  }

  /** Whether the bytes say that they are of this format, of whatever version. */
  boolean isOf(byte[] bytes) {
    return bytes.length >= OVERHEAD
        && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt() == magic;
  }

  /**
   * Checks a frame.
   *
   * @return the body, from position to limit
   * @throws FormatException when the bytes are of another format, of a newer version, or damaged
   */
  ByteBuffer open(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < OVERHEAD || buffer.getInt() != magic) {
      throw new FormatException(
          String.format(Locale.ROOT, "Not a Millrace %s (%d bytes)", what, bytes.length));
    }
    int found = buffer.getInt();
    if (found < oldest || found > version) {
      throw new FormatException(
          String.format(
              Locale.ROOT,
              "This %s has format version %d, this Millrace reads version %s",
              what,
              found,
              oldest == version ? version : oldest + " to " + version));
    }
    int end = bytes.length - TRAILER;
    if (buffer.getInt(end) != checksum(bytes, end)) {
      throw new FormatException(
          String.format(Locale.ROOT, "A damaged %s: its checksum does not fit", what));
    }
    return buffer.limit(end);
  }

  /** The version of the format of a body, from {@link #open}. */
  static int version(ByteBuffer body) {
    return body.getInt(Integer.BYTES);
  }

  /** Says that a body with a right checksum does not hold together. */
  FormatException inconsistent(String detail) {
    return new FormatException(String.format(Locale.ROOT, "A %s that cannot be: %s", what, detail));
  }

  /**
   * Reads bytes.
   *
   * @throws FormatException when there are not as many
   */
  byte[] getBytes(ByteBuffer body, int length) {
    if (length < 0 || length > body.remaining()) {
      throw inconsistent(
          String.format(Locale.ROOT, "%d bytes where %d are left", length, body.remaining()));
    }
    byte[] bytes = new byte[length];
    body.get(bytes);
    return bytes;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  public static void putDoubles(ByteBuffer buffer, double[] numbers, int count) {
    buffer.asDoubleBuffer().put(numbers, 0, count);
    buffer.position(buffer.position() + count * Double.BYTES);
  }

  public static void getDoubles(ByteBuffer buffer, double[] numbers, int count) {
    buffer.asDoubleBuffer().get(numbers, 0, count);
    buffer.position(buffer.position() + count * Double.BYTES);
  }

  /**
   * Writes numbers as float32.
   *
   * @return whether each of them is one, to the bit
   */
  static boolean putFloats(ByteBuffer buffer, double[] numbers, int count) {
    byte[] bytes = buffer.array();
    int start = buffer.arrayOffset() + buffer.position();
    long lost = 0; // bits
    for (int i = 0; i < count; i++) {
      float number = (float) numbers[i];
      lost |= Double.doubleToRawLongBits(number) ^ Double.doubleToRawLongBits(numbers[i]);
      FLOAT.set(bytes, start + i * Float.BYTES, number);
    }
    buffer.position(buffer.position() + count * Float.BYTES);
    return lost == 0;
  }

  static void getFloats(ByteBuffer buffer, double[] numbers, int count) {
    byte[] bytes = buffer.array();
    int start = buffer.arrayOffset() + buffer.position();
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) FLOAT.get(bytes, start + i * Float.BYTES);
    }
    buffer.position(buffer.position() + count * Float.BYTES);
  }
}
