package io.millrace.nn;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An enum whose constants have a text in configurations and documents, {@code in-lower-case}. */
public interface HasText {
  String name();

  /** The constant in configurations and documents. */
  default String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The constant with this text. */
  static <E extends HasText> Optional<E> find(E[] constants, String text) {
    return Stream.of(constants).filter(each -> each.text().equals(text)).findFirst();
  }

  /** The texts of the constants, for an error: {@code tanh, sigmoid, relu or leaky-relu}. */
  static String choices(HasText[] constants) {
    return Stream.of(constants)
        .map(HasText::text)
        .collect(Collectors.joining(", "))
        .replaceFirst(", ([^,]*)$", " or $1");
  }
}
