package io.millrace.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The way in to the benchmarks: the first argument is a name, the others are its own. */
public final class Benchmarks {
  /** One benchmark. */
  @FunctionalInterface
  interface Benchmark {
    /**
     * Measures, and prints a table.
     *
     * @param args {@code --profile} writes a recording of Java Flight Recorder, too
     */
    void run(List<String> args) throws Exception;
  }

  private static final Map<String, Benchmark> BY_NAME =
      new TreeMap<>(
          Map.of(
              "step", StepBenchmark::run,
              "dashboards", DashboardsBenchmark::run,
              "decode", DecodeBenchmark::run,
              "decode-events", DecodeEventsBenchmark::run,
              "end-to-end", EndToEndBenchmark::run,
              "predict", PredictBenchmark::run,
              "scaling", ScalingBenchmark::run));

  private Benchmarks() {}

  public static void main(String[] args) throws Exception {
    Benchmark benchmark = args.length == 0 ? null : BY_NAME.get(args[0]);
    if (benchmark == null) {
      System.err.println(
          "Expected -Dbenchmark=NAME, one of " + String.join(", ", BY_NAME.keySet()));
      System.exit(2);
    } else {
      benchmark.run(Arrays.asList(args).subList(1, args.length));
    }
  }
}
