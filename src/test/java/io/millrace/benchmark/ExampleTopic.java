package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.config.Format;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic full of examples, some thousands that repeat.
 *
 * @param name of the topic
 * @param examples how many there are
 * @param recordBytes of a value, on average
 */
record ExampleTopic(String name, long examples, double recordBytes) {
  private static final int DIFFERENT = 4096;
  private static final long SEED = 1;

  /**
   * Creates and fills it.
   *
   * @param digits of a number of JSON: 3 behind the point, or 17 for all that a double has
   */
  static ExampleTopic fill(
      String servers, Format format, int inputs, int digits, int partitions, long examples)
      throws InterruptedException, ExecutionException {
    String name =
        "examples-%s-%d-%d-%d".formatted(format.text(), inputs, digits, System.nanoTime());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
      admin.createTopics(List.of(topic)).all().get();
    }
    byte[][] values = values(format, inputs, digits);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", servers, "batch.size", 262_144, "linger.ms", 20);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < examples; i++) {
        int partition = (int) (i % partitions);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    name, partition, null, values[(int) (i / partitions % DIFFERENT)]));
      }
    }
    return new ExampleTopic(name, examples, meanBytes(values));
  }

  static double meanBytes(byte[][] values) {
    return Arrays.stream(values).mapToInt(value -> value.length).average().orElse(0);
  }

  /** Some thousands of examples, the same every time. */
  static byte[][] values(Format format, int inputs, int digits) {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[][] values = new byte[DIFFERENT][];
    double[] features = new double[inputs];
    for (int i = 0; i < DIFFERENT; i++) {
      double sum = 0;
      for (int k = 0; k < inputs; k++) {
        double any = 2 * random.nextDouble() - 1;
        features[k] = digits == 3 ? Math.rint(1000 * any) / 1000 : any;
        sum += k % 3 == 0 ? features[k] : -features[k] * features[k] / 2;
      }
      int label = sum > -inputs / 9.0 ? 1 : 0;
      values[i] = format == Format.JSON ? json(features, label, digits) : float32(features, label);
    }
    return values;
  }

  private static byte[] json(double[] features, int label, int digits) {
    StringBuilder text = new StringBuilder("{\"features\":[");
    for (int k = 0; k < features.length; k++) {
      text.append(k == 0 ? "" : ",");
      if (digits == 3) {
        text.append(features[k] < 0 ? "-0." : "0.");
        long thousandths = Math.abs(Math.round(1000 * features[k]));
        text.append(Long.toString(1000 + Math.min(thousandths, 999)), 1, 4);
      } else {
        text.append(features[k]);
      }
    }
    return text.append("],\"label\":").append(label).append('}').toString().getBytes(US_ASCII);
  }

  private static byte[] float32(double[] features, int label) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * (features.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (double feature : features) {
      bytes.putFloat((float) feature);
    }
    return bytes.putFloat(label).array();
  }
}
