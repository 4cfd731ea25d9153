package io.millrace.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.Set;

/** Selects, from the hundreds of meters of Kafka and the JVM, those that help to find a problem. */
final class MeterSelection implements MeterFilter {
  private static final Set<String> KAFKA =
      Set.of(
          // Does it keep up, does it commit in time?
          "kafka.consumer.fetch.manager.records.lag",
          "kafka.consumer.fetch.manager.records.consumed.rate",
          "kafka.stream.thread.commit.latency.avg",
          "kafka.stream.thread.commit.latency.max",
          "kafka.stream.thread.commit.rate",
          "kafka.stream.thread.process.rate",
          "kafka.stream.thread.poll.latency.max",
          // Is something wrong?
          "kafka.stream.alive.stream.threads",
          "kafka.stream.failed.stream.threads",
          "kafka.consumer.coordinator.rebalance.total",
          "kafka.consumer.coordinator.failed.rebalance.total",
          "kafka.producer.record.error.total",
          "kafka.producer.record.retry.total",
          "kafka.producer.request.latency.max");

  private static final Set<String> JVM =
      Set.of(
          "jvm.memory.used",
          "jvm.memory.max",
          "jvm.gc.pause",
          "jvm.gc.live.data.size",
          "jvm.threads.live",
          "process.cpu.usage",
          "process.uptime",
          "process.start.time",
          "process.files.open",
          "process.files.max");

  @Override
  public MeterFilterReply accept(Meter.Id id) {
    String name = id.getName();
    return name.startsWith("millrace.") || KAFKA.contains(name) || JVM.contains(name)
        ? MeterFilterReply.NEUTRAL
        : MeterFilterReply.DENY;
  }
}
