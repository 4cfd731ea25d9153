package io.millrace.codec.event;

import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an output layer can learn, and how a label as written becomes its column of Y.
 *
 * @param field the name of the label's field, for the sentences
 * @param output the output layer
 * @param outputs n2
 */
record Labels(String field, Output output, int outputs) {

  /** How many numbers a label is written with: one class index for softmax, else n2. */
  int written() {
    return output == Output.SOFTMAX ? 1 : outputs;
  }

  /**
   * Checks a label and writes its column of Y: the numbers themselves, or the class index as a
   * one-hot column.
   *
   * @param label {@link #written()} numbers in {@linkplain NumberReader#LARGEST range}. Not
   *     modified.
   * @param y the memory of Y. Modified: n2 numbers from {@code start} on
   * @return null, or what is wrong with the label
   */
  @Nullable Rejection encode(double[] label, double[] y, int start) {
    if (output == Output.SOFTMAX) {
      return encodeClass(label[0], y, start);
    }
    for (int k = 0; k < outputs; k++) {
      if (output == Output.SIGMOID && !(label[k] >= 0 && label[k] <= 1)) {
        return bad(
            String.format(
                Locale.ROOT,
                "%s: expected a number from 0 to 1, got %s. To learn any number, set model.output:"
                    + " identity",
                name(k),
                label[k]));
      }
      y[start + k] = label[k];
    }
    return null;
  }

  private @Nullable Rejection encodeClass(double index, double[] y, int start) {
    if (!(index >= 0 && index < outputs && index == Math.rint(index))) {
      return bad(
          String.format(
              Locale.ROOT,
              "%s: expected the index of a class, a whole number from 0 to %d, got %s",
              field,
              outputs - 1,
              index));
    }
    for (int k = 0; k < outputs; k++) {
      y[start + k] = k == index ? 1 : 0;
    }
    return null;
  }

  private String name(int k) {
    return outputs == 1 ? field : String.format(Locale.ROOT, "%s[%d]", field, k);
  }

  private static Rejection bad(String detail) {
    return new Rejection(Reason.BAD_LABEL, detail);
  }
}
