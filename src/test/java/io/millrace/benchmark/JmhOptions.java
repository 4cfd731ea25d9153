package io.millrace.benchmark;

import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.JavaFlightRecorderProfiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** How the benchmarks under JMH are run. */
final class JmhOptions {
  private JmhOptions() {}

  /** One fork, silent, with what is allocated; {@code --profile} adds a recording of JFR. */
  static ChainedOptionsBuilder of(Class<?> benchmark, List<String> args) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.getName())
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .verbosity(VerboseMode.SILENT)
            .addProfiler(GCProfiler.class);
    if (args.contains("--profile")) {
      options.addProfiler(JavaFlightRecorderProfiler.class, "dir=target/benchmark");
    }
    return options;
  }
}
