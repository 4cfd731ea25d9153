package io.millrace.benchmark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.event.JsonExampleDecoder;
import io.millrace.config.Format;
import io.millrace.example.MiniBatch;
import io.millrace.nn.Output;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/** Decoding one example of JSON, in the usual ways and in ours. */
@NullUnmarked // JMH fills the fields
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
  private static final JsonFactory STREAMING = new JsonFactory();
  private static final JsonFactory FAST_DOUBLES =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  /** What data binding makes of an example. */
  public static final class Event {
    public double[] features = {};
    public double label;
  }

  @Param({"30", "784"})
  public int features;

  @Param({"3", "17"})
  public int digits;

  @Param({"data-binding", "streaming", "streaming-fast-doubles", "millrace"})
  public String reader = "";

  private final ObjectMapper mapper = new ObjectMapper();
  private byte[][] records;
  private int next;
  private double[] numbers;
  private ExampleDecoder decoder;
  private MiniBatch batch;

  @Setup
  public void start() {
    records = ExampleTopic.values(Format.JSON, features, digits);
    numbers = new double[features];
    decoder = new JsonExampleDecoder("features", "label", Output.SIGMOID, 1);
    batch = new MiniBatch(features, 1, 1);
  }

  @Benchmark
  public Object decode() throws IOException {
    byte[] record = records[next];
    next = (next + 1) % records.length;
    return switch (reader) {
      case "data-binding" -> mapper.readValue(record, Event.class);
      case "streaming" -> read(STREAMING, record);
      case "streaming-fast-doubles" -> read(FAST_DOUBLES, record);
      default -> decoder.decode(record, batch) == null ? batch : record;
    };
  }

  private Object read(JsonFactory factory, byte[] record) throws IOException {
    try (JsonParser json = factory.createParser(record)) {
      json.nextToken();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        if (name.equals("features")) {
          for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            numbers[i] = json.getDoubleValue();
          }
        } else {
          numbers[0] += json.getDoubleValue();
        }
      }
    }
    return numbers;
  }

  /** Runs the benchmark in JVMs of its own and prints a line a case. */
  static void run(List<String> args) throws RunnerException, IOException {
    System.out.printf("%s%n%n", Bench.machine());
    System.out.println("| features | digits | reader | examples/s | MB/s | bytes allocated |");
    System.out.println("|---|---|---|---|---|---|");
    for (RunResult result : new Runner(JmhOptions.of(DecodeBenchmark.class, args).build()).run()) {
      int features = Integer.parseInt(result.getParams().getParam("features"));
      int digits = Integer.parseInt(result.getParams().getParam("digits"));
      double perSecond = 1e9 / result.getPrimaryResult().getScore();
      System.out.printf(
          Locale.ROOT,
          "| %d | %d | %s | %,.0f | %.0f | %.0f |%n",
          features,
          digits,
          result.getParams().getParam("reader"),
          perSecond,
          perSecond
              * ExampleTopic.meanBytes(ExampleTopic.values(Format.JSON, features, digits))
              / 1e6,
          result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
    }
  }
}
