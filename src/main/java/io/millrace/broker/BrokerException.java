package io.millrace.broker;

import org.jspecify.annotations.Nullable;

/**
 * The embedded broker cannot start. The message is one sentence for people: what is wrong, where,
 * and what to do about it.
 */
public final class BrokerException extends RuntimeException {
  BrokerException(String sentence) {
    this(sentence, null);
  }

  BrokerException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
