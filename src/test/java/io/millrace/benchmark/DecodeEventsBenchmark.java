package io.millrace.benchmark;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.event.JsonExampleDecoder;
import io.millrace.example.MiniBatch;
import io.millrace.nn.Output;
import io.millrace.testing.EventWriter;
import io.millrace.testing.SampleEvents;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Decoding one event of named fields: Jackson's tokens alone, the decoder that asks the streaming
 * parser for every event, and the one that reads plain events from their bytes.
 *
 * <p>A figure is the fastest of the passes over some thousands of events: what else the machine
 * does can only make a pass slower.
 */
@NullUnmarked // JMH fills the fields
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeEventsBenchmark {
  private static final int DIFFERENT = 4096;
  private static final JsonFactory TOKENS =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  @Param({"FLIGHTS", "WIDE", "NESTED"})
  public SampleEvents events;

  /** The order and the blanks. */
  @Param({"in order", "with blanks", "in any order"})
  public String form = "";

  @Param({"tokens", "streaming", "bytes"})
  public String reader = "";

  private byte[][] records;
  private ExampleDecoder decoder;
  private MiniBatch batch;

  @Setup
  public void start() {
    EventWriter writer =
        switch (form) {
          case "in order" -> EventWriter.compact();
          case "with blanks" -> EventWriter.spaced();
          default -> EventWriter.shuffled(new Random(1));
        };
    records = events.events(DIFFERENT).stream().map(writer::bytes).toArray(byte[][]::new);
    decoder =
        reader.equals("streaming")
            ? JsonExampleDecoder.streaming(events.features(), events.target(), Output.SIGMOID, 1)
            : new JsonExampleDecoder(events.features(), events.target(), Output.SIGMOID, 1);
    batch = new MiniBatch((int) events.features().inputs(), 1, 1);
  }

  @Benchmark
  @OperationsPerInvocation(DIFFERENT)
  public void decode(Blackhole read) throws IOException {
    for (byte[] record : records) {
      if (reader.equals("tokens")) {
        read.consume(tokens(record));
      } else {
        read.consume(decoder.decode(record, batch));
      }
    }
  }

  private static int tokens(byte[] record) throws IOException {
    int count = 0;
    try (JsonParser json = TOKENS.createParser(record)) {
      while (json.nextToken() != null) {
        count++;
      }
    }
    return count;
  }

  /** Runs the benchmark in JVMs of its own and prints a line for each kind of event. */
  static void run(List<String> args) throws RunnerException, IOException {
    Collection<RunResult> results =
        new Runner(JmhOptions.of(DecodeEventsBenchmark.class, args).build()).run();
    Map<String, Map<String, RunResult>> lines = new HashMap<>();
    for (RunResult result : results) {
      String line = "%s | %s".formatted(param(result, "events"), param(result, "form"));
      lines.computeIfAbsent(line, key -> new HashMap<>()).put(param(result, "reader"), result);
    }
    System.out.printf("%s%n%n", Bench.machine());
    System.out.println(
        "| events | names | tokens alone, ns | streaming, ns | bytes, ns | streaming : bytes | bytes allocated |");
    System.out.println("|---|---|---|---|---|---|---|");
    lines.keySet().stream()
        .sorted()
        .forEach(line -> System.out.printf("| %s | %s |%n", line, figures(lines.get(line))));
  }

  private static String param(RunResult result, String name) {
    return result.getParams().getParam(name);
  }

  private static double fastest(RunResult result) {
    return result.getPrimaryResult().getStatistics().getMin();
  }

  private static String figures(Map<String, RunResult> readers) {
    double tokens = fastest(readers.get("tokens"));
    double streaming = fastest(readers.get("streaming"));
    RunResult bytes = readers.get("bytes");
    double time = fastest(bytes);
    return String.format(
        Locale.ROOT,
        "%,.0f | %,.0f | %,.0f | %.2f | %.0f",
        tokens,
        streaming,
        time,
        streaming / time,
        bytes.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
  }
}
