package io.millrace.example;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Where the inputs of an example come from. */
public sealed interface Features {

  /**
   * The name of one input.
   *
   * @param i from 0 to below nd + ns; dense inputs come first, then sparse ones
   */
  String inputName(int i);

  /** ns, the sparse inputs; more than an int holds when nobody could ever learn that. */
  default long sparseInputs() {
    return 0;
  }

  /** How many entries of the list make the sparse inputs. */
  default int sparseFields() {
    return 0;
  }

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

    /** nd + ns; more than an int holds when nobody could ever learn that. */
    public long inputs() {
      return features.stream().mapToLong(Feature::inputs).sum();
    }

    @Override
    public long sparseInputs() {
      return features.stream().filter(Feature::isSparse).mapToLong(Feature::inputs).sum();
    }

    @Override
    public int sparseFields() {
      return (int) features.stream().filter(Feature::isSparse).count();
    }

    @Override
    public String inputName(int i) {
      int first = 0;
      for (Feature feature : denseFirst()) {
        if (i < first + feature.inputs()) {
          return feature.inputName(i - first);
        }
        first += feature.inputs();
      }
      throw new IndexOutOfBoundsException(String.format(Locale.ROOT, "Input %d of %d", i, first));
    }

    /** The entries in the order of their inputs: those of dense ones, then those of sparse ones. */
    public List<Feature> denseFirst() {
      return features.stream().sorted(Comparator.comparing(Feature::isSparse)).toList();
    }
  }
}
