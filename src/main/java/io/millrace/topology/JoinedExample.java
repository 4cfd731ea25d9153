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
 * The example that is made of an event and its label. The value is that of the event. One header
 * has the value of the label, another the prediction that was made when the event arrived.
 */
public final class JoinedExample {
  /** The unchanged value of the label's record. */
  public static final String LABEL = "millrace.label";

  /** See {@link ServedCodec}. */
  public static final String SERVED = "millrace.served";

  private JoinedExample() {}

  public static Headers headers(ServedEvent event, WaitingLabel label) {
    Headers headers = new RecordHeaders().add(LABEL, label.value());
    return event.served().length == 0 ? headers : headers.add(SERVED, event.served());
  }

  /** The label's record; null if the example contains its label. */
  static byte @Nullable [] label(Headers headers) {
    Header label = headers.lastHeader(LABEL);
    return label == null ? null : label.value();
  }

  /**
   * The prediction of the event by this model, or null.
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
