package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.ServedCodec;
import io.millrace.codec.log.ServedEvent;
import io.millrace.codec.log.WaitingLabel;
import io.millrace.config.MillraceConfig;
import io.millrace.example.ServedPrediction;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The record of the examples topic that an event and its label become: the value is the event's, a
 * header holds the label's, another one the prediction that was made when the event came.
 */
public final class JoinedExample {
  /** The value of the label's record, as it came. */
  public static final String LABEL = "millrace.label";

  /** See {@link ServedCodec}. */
  public static final String SERVED = "millrace.served";

  private JoinedExample() {}

  public static Headers headers(ServedEvent event, WaitingLabel label) {
    Headers headers = new RecordHeaders().add(LABEL, label.value());
    return event.served().length == 0 ? headers : headers.add(SERVED, event.served());
  }

  /** The label's record; null where the example came with its label. */
  static byte @Nullable [] label(Headers headers) {
    Header label = headers.lastHeader(LABEL);
    return label == null ? null : label.value();
  }

  /**
   * The prediction that was made of it by this model, or null.
   *
   * @throws FormatException when the header cannot be read
   */
  static @Nullable ServedPrediction served(Headers headers, MillraceConfig config) {
    Header header = headers.lastHeader(SERVED);
    if (header == null || !ServedCodec.isOf(config.model().name(), header.value())) {
      return null;
    }
    ServedPrediction served = ServedCodec.decode(header.value());
    return served.z().length == config.model().outputs() ? served : null;
  }
}
