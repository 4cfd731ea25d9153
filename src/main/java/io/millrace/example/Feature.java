package io.millrace.example;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** One entry of the list of features: a field of the event, and the inputs that it becomes. */
public sealed interface Feature {
  FieldPath field();

  /** How many inputs it makes, at least one. */
  int inputs();

  /**
   * The name of one of its inputs.
   *
   * @param i from 0 to below {@link #inputs()}
   */
  String inputName(int i);

  /**
   * Whether nearly all of its inputs are 0 in every example. Sparse inputs are not scaled, and the
   * weights of one exist from when an example has it.
   */
  default boolean isSparse() {
    return false;
  }

  /** Whether an event without the field can be learned from. */
  default boolean mayBeMissing() {
    return false;
  }

  /**
   * A number as it is; true and false are 1 and 0.
   *
   * @param missing what stands for a field that is absent or null; empty: the event is rejected
   */
  record Numeric(FieldPath field, OptionalDouble missing) implements Feature {
    @Override
    public int inputs() {
      return 1;
    }

    @Override
    public String inputName(int i) {
      return field.text();
    }

    @Override
    public boolean mayBeMissing() {
      return missing.isPresent();
    }
  }

  /** A category: 1 at the input of its value, 0 at all others; any other value is all zero. */
  record OneHot(FieldPath field, List<String> values) implements Feature {
    public OneHot {
      values = List.copyOf(values);
    }

    @Override
    public int inputs() {
      return values.size();
    }

    @Override
    public boolean isSparse() {
      return true;
    }

    @Override
    public String inputName(int i) {
      return field.text() + "=" + values.get(i);
    }
  }

  /** A category of many values: +1 or -1 at one of the inputs, all others 0. */
  record Hashed(FieldPath field, int inputs) implements Feature {
    @Override
    public boolean isSparse() {
      return true;
    }

    @Override
    public String inputName(int i) {
      return field.text() + "#" + i;
    }
  }

  /**
   * A moment: two inputs a cycle, its sine and its cosine.
   *
   * @param zone whose clock and calendar are read
   */
  record Time(FieldPath field, List<Cycle> cycles, ZoneId zone) implements Feature {
    public Time {
      cycles = List.copyOf(cycles);
    }

    @Override
    public int inputs() {
      return 2 * cycles.size();
    }

    @Override
    public String inputName(int i) {
      return String.format(
          Locale.ROOT,
          "%s.%s.%s",
          field.text(),
          cycles.get(i / 2).text(),
          i % 2 == 0 ? "sin" : "cos");
    }
  }
}
