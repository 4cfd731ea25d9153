package io.millrace.config.reader;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A kind of value.
 *
 * @param expected its name in faults: {@code a whole number}
 * @param read throws {@link Broken} when a rule is broken, any other {@link
 *     IllegalArgumentException} when the text is not of this kind
 */
record Type<T>(String expected, Function<String, T> read) {

  /** A text of the right kind that breaks a rule. The message is the rule. */
  static final class Broken extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Broken(String rule) {
      super(rule);
    }
  }

  /** Matches the whole text. */
  static Type<String> matching(String regex, String expected) {
    return new Type<>(
        expected,
        text -> {
          if (!text.matches(regex)) {
            throw new IllegalArgumentException(expected);
          }
          return text;
        });
  }

  /** Values that also keep the rule. */
  Type<T> satisfying(Predicate<T> rule, String message) {
    return new Type<>(
        expected,
        text -> {
          T value = read.apply(text);
          if (!rule.test(value)) {
            throw new Broken(message);
          }
          return value;
        });
  }

  <R> Type<R> as(Function<T, R> conversion) {
    return new Type<>(expected, read.andThen(conversion));
  }

  /** Also accepts a word that means no value. */
  Type<Optional<T>> or(String word) {
    return new Type<>(
        expected + " or " + word,
        text -> text.equals(word) ? Optional.empty() : Optional.of(read.apply(text)));
  }
}
