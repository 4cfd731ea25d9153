package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.learn.Model;
import io.millrace.learn.TrainingSettings;
import io.millrace.nn.HasText;
import io.millrace.nn.KernelKind;
import java.nio.ByteBuffer;
import java.util.OptionalDouble;

/**
 * The bytes of a checkpoint: a whole model, how far it has learned the log, and what the log is
 * learned by from there on.
 *
 * <pre>
 *   frame    magic "MRCP", version 1
 *   int64    offset of the last record of the log that the model has seen, -1 for none
 *   float64  learning rate: the first, and its decay
 *   float64  l2
 *   float64  clipNorm, NaN for none
 *   int32    length of the name of the kernel
 *   ...      the name, UTF-8
 *   ...      the model, see {@link ModelCodec}, in a frame of its own
 * </pre>
 */
public final class CheckpointCodec {
  private static final Frame FRAME = new Frame("checkpoint", "MRCP", 1);
  private static final int FIXED = Long.BYTES + 4 * Double.BYTES + Integer.BYTES;

  private CheckpointCodec() {}

  /**
   * What was read.
   *
   * @param seenThrough the offset of the last record of the log that the model has seen, -1 for
   *     none
   */
  public record ModelCheckpoint(long seenThrough, TrainingSettings settings, Model model) {}

  public static byte[] encode(long seenThrough, TrainingSettings settings, Model model) {
    byte[] kernel = settings.kernel().text().getBytes(UTF_8);
    byte[] modelBytes = ModelCodec.encode(model);
    ByteBuffer buffer =
        FRAME
            .begin(FIXED + (long) kernel.length + modelBytes.length)
            .putLong(seenThrough)
            .putDouble(settings.rate())
            .putDouble(settings.decay())
            .putDouble(settings.l2())
            .putDouble(settings.clipNorm().orElse(Double.NaN))
            .putInt(kernel.length)
            .put(kernel);
    return FRAME.seal(buffer.put(modelBytes));
  }

  /**
   * Reads a checkpoint.
   *
   * @throws io.millrace.codec.FormatException when the bytes are not one
   */
  public static ModelCheckpoint decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent(bytes.length + " bytes");
    }
    long seenThrough = buffer.getLong();
    double rate = buffer.getDouble();
    double decay = buffer.getDouble();
    double l2 = buffer.getDouble();
    double clipNorm = buffer.getDouble();
    String kernel = new String(FRAME.getBytes(buffer, buffer.getInt()), UTF_8);
    TrainingSettings settings =
        new TrainingSettings(
            rate,
            decay,
            l2,
            Double.isNaN(clipNorm) ? OptionalDouble.empty() : OptionalDouble.of(clipNorm),
            HasText.find(KernelKind.values(), kernel)
                .orElseThrow(() -> FRAME.inconsistent("matrix products: " + kernel)));
    return new ModelCheckpoint(
        seenThrough, settings, ModelCodec.decode(FRAME.getBytes(buffer, buffer.remaining())));
  }
}
