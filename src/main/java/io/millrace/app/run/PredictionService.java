package io.millrace.app.run;

import io.millrace.app.process.Stop;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.predict.PredictionTopology;
import java.time.Duration;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Predicts the events topic in this process. It starts with the first snapshot. Until then the
 * events wait in their topic.
 */
final class PredictionService {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionService.class);

  /** The learner reads an existing snapshot at its start. Only a longer wait is reported. */
  private static final Duration SILENT_WAIT = Duration.ofSeconds(5);

  private final MillraceConfig config;
  private final PublishedModel published;
  private final KafkaStreams streams;
  private final Thread starter = new Thread(this::startWhenPublished, "predictions-start");

  private PredictionService(MillraceConfig config, PublishedModel published, KafkaStreams streams) {
    this.config = config;
    this.published = published;
    this.streams = streams;
    starter.setDaemon(true);
  }

  /**
   * Starts to predict as soon as there is a model.
   *
   * @param published gets the snapshots
   * @param stop requested when predicting fails
   */
  static PredictionService start(
      MillraceConfig config,
      TopicFacts facts,
      PublishedModel published,
      LearningMetrics metrics,
      Stop stop,
      KafkaWatch watch) {
    KafkaStreams streams =
        new KafkaStreams(
            PredictionTopology.build(config, facts, published, metrics),
            StreamsSettings.ofPredictions(config));
    StreamGuard.guard(streams, "prediction stream", config.application(), stop, watch);
    PredictionService service = new PredictionService(config, published, streams);
    service.starter.start();
    return service;
  }

  private void startWhenPublished() {
    String topic = config.topics().events().orElseThrow();
    try {
      if (!published.awaitFirst(SILENT_WAIT)) {
        LOG.warn(
            "Events in topic {} wait for the first snapshot of model {}{}",
            topic,
            config.model().name(),
            published.refusal().map(reason -> ". " + reason).orElse(""));
        published.awaitFirst();
        LOG.warn("Events in topic {} are being predicted now", topic);
      }
      streams.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed while it waited
    }
  }

  KafkaStreams streams() {
    return streams;
  }

  /** Stops. */
  void close(CloseOptions options) {
    starter.interrupt();
    try {
      starter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!streams.close(options)) {
      LOG.info("The predictions did not close in time");
    }
  }
}
