package io.millrace.example;

import java.util.List;

/** What is learned: the field with the label, and how its value becomes a label. */
public sealed interface Target {
  FieldPath field();

  /** The number itself, or as many numbers as the model has outputs. */
  record Plain(FieldPath field) implements Target {}

  /** 1 when the number is greater than the threshold, else 0. */
  record Above(FieldPath field, double threshold) implements Target {}

  /** The position of the value in the list. */
  record Classes(FieldPath field, List<String> classes) implements Target {
    public Classes {
      classes = List.copyOf(classes);
    }
  }
}
