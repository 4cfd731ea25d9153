package io.millrace.example;

import java.util.List;
import java.util.Locale;

/** Where the inputs of an example come from. */
public sealed interface Features {

  /**
   * The name of one input.
   *
   * @param i from 0 to below n0
   */
  String inputName(int i);

  /** The vector form: one field with all the numbers. */
  record Vector(FieldPath field) implements Features {
    @Override
    public String inputName(int i) {
      return String.format(Locale.ROOT, "%s[%d]", field.text(), i);
    }
  }

  /** Fields of the event by name, each one or several inputs, in this order. */
  record Named(List<Feature> features) implements Features {
    public Named {
      features = List.copyOf(features);
    }

    /** n0; more than an int holds when nobody could ever learn that. */
    public long inputs() {
      return features.stream().mapToLong(Feature::inputs).sum();
    }

    @Override
    public String inputName(int i) {
      int first = 0;
      for (Feature feature : features) {
        if (i < first + feature.inputs()) {
          return feature.inputName(i - first);
        }
        first += feature.inputs();
      }
      throw new IndexOutOfBoundsException(String.format(Locale.ROOT, "Input %d of %d", i, first));
    }
  }
}
