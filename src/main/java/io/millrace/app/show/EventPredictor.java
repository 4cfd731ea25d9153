package io.millrace.app.show;

import io.millrace.codec.FormatException;
import io.millrace.codec.event.BinaryExampleDecoder;
import io.millrace.codec.event.EventArray;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.published.PredictionCodec;
import io.millrace.config.Format;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Predictor;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.PublishedModel.Publication;
import io.millrace.learn.Snapshot;
import io.millrace.topology.ExampleDecoders;
import io.millrace.web.PredictionRefused;
import io.millrace.web.Predictions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the events of a request with the newest published snapshot. Thread-safe: each request
 * borrows a decoder and the workspaces of a network.
 */
final class EventPredictor implements Predictions {
  /** The most events of a request, and the most numbers of an answer. */
  private static final int MOST_EVENTS = 10_000;

  private static final int MOST_NUMBERS = 1_000_000;

  /**
   * Events per forward pass: enough to use the processor well, few enough for the memory of wide
   * models.
   */
  private static final int AT_ONCE = 64;

  private final MillraceConfig config;
  private final PublishedModel published;
  private final LearningMetrics metrics;
  private final PredictionCodec codec;
  private final ConcurrentLinkedDeque<Desk> free = new ConcurrentLinkedDeque<>();

  EventPredictor(MillraceConfig config, PublishedModel published, LearningMetrics metrics) {
    this.config = config;
    this.published = published;
    this.metrics = metrics;
    this.codec = new PredictionCodec(config.model().output(), config.example().label());
  }

  /** The decoder and the workspaces of one request. */
  private final class Desk {
    private final ExampleDecoder decoder = ExampleDecoders.withoutLabel(config);
    private final MiniBatch batch =
        new MiniBatch(
            config.model().denseInputs(),
            config.model().sparseInputs(),
            config.model().outputs(),
            AT_ONCE);
    private @Nullable Predictor predictor;

    Predictor predictor(Snapshot newest) {
      Predictor current = predictor;
      if (current == null || !current.isOf(newest)) {
        current = new Predictor(newest);
        predictor = current;
      }
      return current;
    }
  }

  @Override
  public byte[] predict(byte[] body) throws PredictionRefused {
    Snapshot newest =
        published
            .newest()
            .map(Publication::snapshot)
            .orElseThrow(
                () ->
                    PredictionRefused.notReady(
                        published
                            .refusal()
                            .orElseGet(
                                () ->
                                    String.format(
                                        Locale.ROOT,
                                        "There is no snapshot of model %s yet",
                                        config.model().name()))));
    List<byte[]> events = events(body);
    ModelConfig model = config.model();
    if (events.size() > MOST_EVENTS || events.size() * (long) model.outputs() > MOST_NUMBERS) {
      throw PredictionRefused.tooLarge(
          String.format(
              Locale.ROOT,
              "Too many events (the limit is %d)",
              Math.min(MOST_EVENTS, Math.max(1, MOST_NUMBERS / model.outputs()))));
    }
    Desk borrowed = free.poll();
    Desk desk = borrowed == null ? new Desk() : borrowed;
    DMatrixRMaj predictions = new DMatrixRMaj(events.size(), model.outputs());
    for (int from = 0; from < events.size(); from += AT_ONCE) {
      int to = Math.min(from + AT_ONCE, events.size());
      predict(events, from, to, desk, newest, predictions);
    }
    free.push(desk);
    metrics.predicted(events.size());
    return codec.encodeAll(newest, predictions);
  }

  private List<byte[]> events(byte[] body) throws PredictionRefused {
    if (body.length == 0) {
      throw PredictionRefused.badEvent(
          (config.example().format() == Format.JSON ? Reason.NOT_JSON : Reason.WRONG_SIZE).code(),
          -1,
          "The request body is empty: send one event or an array of events");
    }
    ExampleDecoder decoder = ExampleDecoders.withoutLabel(config);
    if (decoder instanceof BinaryExampleDecoder binary) {
      return slices(body, Math.toIntExact(binary.recordBytes()));
    }
    try {
      return EventArray.split(body, MOST_EVENTS);
    } catch (FormatException e) {
      throw PredictionRefused.badEvent(Reason.NOT_JSON.code(), -1, String.valueOf(e.getMessage()));
    }
  }

  /** One after the other. A last event that is too short is refused like any other. */
  private static List<byte[]> slices(byte[] body, int length) {
    List<byte[]> slices = new ArrayList<>();
    for (int from = 0; from < body.length; from += length) {
      slices.add(Arrays.copyOfRange(body, from, Math.min(from + length, body.length)));
    }
    return slices;
  }

  /** Modified: the rows {@code from} to {@code to} of the predictions. */
  private void predict(
      List<byte[]> events, int from, int to, Desk desk, Snapshot newest, DMatrixRMaj predictions)
      throws PredictionRefused {
    desk.batch.clear();
    for (int i = from; i < to; i++) {
      Rejection rejection = desk.decoder.decode(events.get(i), desk.batch);
      if (rejection != null) {
        throw PredictionRefused.badEvent(rejection.reason().code(), i, rejection.detail());
      }
      desk.batch.append(0, i);
    }
    DMatrixRMaj chunk = desk.predictor(newest).predict(desk.batch.xt(), desk.batch.xs());
    int outputs = chunk.numCols;
    System.arraycopy(chunk.data, 0, predictions.data, from * outputs, (to - from) * outputs);
  }
}
