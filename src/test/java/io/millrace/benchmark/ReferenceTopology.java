package io.millrace.benchmark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.config.Format;
import io.millrace.config.MillraceConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What the learner is compared with: topologies that read the examples topic with the same clients
 * and commit, and do as little as can be with a record.
 */
final class ReferenceTopology {
  private ReferenceTopology() {}

  /** Counts records. */
  static Topology counting(MillraceConfig config) {
    return reading(config, () -> new Counter());
  }

  /**
   * Reads the numbers of every record into an array and keeps nothing: JSON by Jackson's streaming
   * parser with its fast reader of doubles, the usual way to read it fast.
   */
  static Topology decoding(MillraceConfig config) {
    int inputs = config.model().inputs();
    return reading(
        config,
        () ->
            config.example().format() == Format.JSON
                ? new JsonReader(inputs)
                : new Float32Reader(inputs));
  }

  private static Topology reading(MillraceConfig config, Readers readers) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return new Topology()
        .addSource(AutoOffsetReset.earliest(), "examples", bytes, bytes, config.topics().examples())
        .addProcessor("read", readers::reader, "examples");
  }

  @FunctionalInterface
  private interface Readers {
    Processor<byte[], byte[], Void, Void> reader();
  }

  private static final class Counter implements Processor<byte[], byte[], Void, Void> {
    private long count;

    @Override
    public void process(Record<byte[], byte[]> record) {
      count++;
    }

    @Override
    public String toString() {
      return "%d records".formatted(count);
    }
  }

  private static final class JsonReader implements Processor<byte[], byte[], Void, Void> {
    private static final JsonFactory JSON =
        JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

    private final double[] features;
    private double label;

    JsonReader(int inputs) {
      this.features = new double[inputs];
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      try (JsonParser json = JSON.createParser(record.value())) {
        json.nextToken();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
          json.nextToken();
          switch (name) {
            case "features" -> readFeatures(json);
            case "label" -> label = json.getDoubleValue();
            default -> json.skipChildren();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void readFeatures(JsonParser json) throws IOException {
      for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
        features[i] = json.getDoubleValue();
      }
    }

    @Override
    public String toString() {
      return "label %s".formatted(label);
    }
  }

  private static final class Float32Reader implements Processor<byte[], byte[], Void, Void> {
    private final double[] numbers;

    Float32Reader(int inputs) {
      this.numbers = new double[inputs + 1];
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      ByteBuffer bytes = ByteBuffer.wrap(record.value()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = bytes.getFloat();
      }
    }
  }
}
