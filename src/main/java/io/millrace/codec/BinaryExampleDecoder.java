package io.millrace.codec;

import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads records that are little-endian numbers and nothing else: n0 features, then the label, which
 * is the index of the class for softmax and n2 numbers otherwise.
 */
public final class BinaryExampleDecoder implements ExampleDecoder {
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
    ByteBuffer numbers = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    Rejection fault = null;
    double[] x = into.xt().data;
    int xStart = into.size() * inputs;
    for (int i = 0; i < inputs; i++) {
      double number = next(numbers);
      if (!Double.isFinite(number) && fault == null) {
        fault = Faults.notFinite(Faults.element(featuresField, i), String.valueOf(number));
      }
      x[xStart + i] = number;
    }
    for (int k = 0; k < label.length; k++) {
      label[k] = next(numbers);
      if (!Double.isFinite(label[k]) && fault == null) {
        String name = label.length == 1 ? labelField : Faults.element(labelField, k);
        fault = Faults.notFinite(name, String.valueOf(label[k]));
      }
    }
    return fault != null || label.length == 0
        ? fault
        : labels.encode(label, into.yt().data, into.size() * into.outputs());
  }

  private double next(ByteBuffer numbers) {
    return bytesOfNumber == Double.BYTES ? numbers.getDouble() : numbers.getFloat();
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
        "Expected %d bytes (%s, %d bytes each), got %d"
            .formatted(recordBytes(), inWords(), bytesOfNumber, length));
  }
}
