package io.millrace.codec.event;

import io.millrace.codec.log.Frame;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads records that are little-endian numbers and nothing else: n0 features, then the label, which
 * is the index of the class for softmax and n2 numbers otherwise.
 */
public final class BinaryExampleDecoder implements ExampleDecoder {
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private final int bytesOfNumber;
  private final String featuresField;
  private final String labelField;
  private final int inputs;
  private final Labels labels;
  private final double[] label;

  private BinaryExampleDecoder(
      int bytesOfNumber,
      String featuresField,
      String labelField,
      int inputs,
      Output output,
      int outputs) {
    this.bytesOfNumber = bytesOfNumber;
    this.featuresField = featuresField;
    this.labelField = labelField;
    this.inputs = inputs;
    this.labels = new Labels(labelField, output, outputs);
    this.label = new double[labels.written()];
  }

  /**
   * A decoder of {@code float64}.
   *
   * @param featuresField what sentences call the features
   * @param labelField what sentences call the label
   * @param inputs n0
   * @param output what the label must fit
   * @param outputs n2
   */
  public static BinaryExampleDecoder float64(
      String featuresField, String labelField, int inputs, Output output, int outputs) {
    return new BinaryExampleDecoder(
        Double.BYTES, featuresField, labelField, inputs, output, outputs);
  }

  /** A decoder of {@code float32}; everything else as {@link #float64}. */
  public static BinaryExampleDecoder float32(
      String featuresField, String labelField, int inputs, Output output, int outputs) {
    return new BinaryExampleDecoder(
        Float.BYTES, featuresField, labelField, inputs, output, outputs);
  }

  /** The same decoder for events without a label. */
  public BinaryExampleDecoder withoutLabel() {
    return new BinaryExampleDecoder(this, inputs, 0);
  }

  /** The same decoder for labels without an event. */
  public BinaryExampleDecoder ofLabels() {
    return new BinaryExampleDecoder(this, 0, label.length);
  }

  private BinaryExampleDecoder(BinaryExampleDecoder labelled, int inputs, int labels) {
    this.bytesOfNumber = labelled.bytesOfNumber;
    this.featuresField = labelled.featuresField;
    this.labelField = labelled.labelField;
    this.inputs = inputs;
    this.labels = labelled.labels;
    this.label = new double[labels];
  }

  /** The length of a record. */
  public long recordBytes() {
    return (long) bytesOfNumber * (inputs + (long) label.length);
  }

  @Override
  public @Nullable Rejection decode(byte @Nullable [] value, MiniBatch into) {
    int length = value == null ? 0 : value.length;
    if (value == null || length != recordBytes()) {
      return wrongSize(length);
    }
    double[] x = into.xt().data;
    int xStart = into.size() * inputs;
    boolean isInRange =
        bytesOfNumber == Float.BYTES
            ? readFloats(value, 0, x, xStart, inputs)
                && readFloats(value, inputs, label, 0, label.length)
            : readDoubles(value, 0, x, xStart, inputs)
                && readDoubles(value, inputs, label, 0, label.length);
    if (!isInRange) {
      return notFinite(x, xStart);
    }
    return label.length == 0
        ? null
        : labels.encode(label, into.yt().data, into.size() * into.outputs());
  }

  /**
   * Reads {@code count} numbers, from the {@code first} one of the record on, to {@code to[start]}
   * and behind it; returns whether all are in range.
   */
  private static boolean readFloats(byte[] value, int first, double[] to, int start, int count) {
    boolean isInRange = true;
    for (int i = 0; i < count; i++) {
      double number = (float) Frame.FLOAT.get(value, (first + i) * Float.BYTES);
      isInRange &= NumberReader.isInRange(number);
      to[start + i] = number;
    }
    return isInRange;
  }

  /** The same for float64. */
  private static boolean readDoubles(byte[] value, int first, double[] to, int start, int count) {
    boolean isInRange = true;
    for (int i = 0; i < count; i++) {
      double number = (double) DOUBLE.get(value, (first + i) * Double.BYTES);
      isInRange &= NumberReader.isInRange(number);
      to[start + i] = number;
    }
    return isInRange;
  }

  /** Names the first number that is out of range. */
  private Rejection notFinite(double[] x, int xStart) {
    for (int i = 0; i < inputs; i++) {
      if (!NumberReader.isInRange(x[xStart + i])) {
        return Rejections.notFinite(
            Rejections.element(featuresField, i), String.valueOf(x[xStart + i]));
      }
    }
    int k = 0;
    while (NumberReader.isInRange(label[k])) {
      k++;
    }
    String name = label.length == 1 ? labelField : Rejections.element(labelField, k);
    return Rejections.notFinite(name, String.valueOf(label[k]));
  }

  private String inWords() {
    String ofLabel = label.length == 1 ? "the label" : label.length + " numbers of the label";
    if (inputs == 0) {
      return ofLabel;
    }
    return inputs + " features" + (label.length == 0 ? "" : " and " + ofLabel);
  }

  private Rejection wrongSize(int length) {
    return new Rejection(
        Reason.WRONG_SIZE,
        String.format(
            Locale.ROOT,
            "Expected %d bytes (%s, %d bytes each), got %d",
            recordBytes(),
            inWords(),
            bytesOfNumber,
            length));
  }
}
