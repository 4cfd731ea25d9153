package io.millrace.config.reader;

import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Scalar;
import io.millrace.config.reader.Node.Sequence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The {@code kafka:} section, whose keys are Kafka's, not ours. */
final class KafkaProperties {
  static final String SECTION = "kafka";

  private static final String SERVERS = "bootstrap.servers";

  /** Properties that would contradict one of our keys. */
  private static final Map<String, String> OURS =
      Map.of("application.id", "application", "processing.guarantee", "guarantee");

  private final Map<String, Node> flat = new LinkedHashMap<>();
  private final Faults faults;

  private KafkaProperties(Faults faults) {
    this.faults = faults;
  }

  /** Makes each property one entry: nested names are joined with dots, lists with commas. */
  static void flatten(Mapping root, Faults faults) {
    if (root.entries().get(SECTION) instanceof Mapping kafka) {
      KafkaProperties properties = new KafkaProperties(faults);
      properties.add("", kafka);
      root.entries().put(SECTION, new Mapping(kafka.place(), properties.flat));
    }
  }

  static Map<String, String> read(Section kafka) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(SERVERS, kafka.required(SERVERS, "localhost:9092", Types.SERVERS));
    for (String name : kafka.names()) {
      String ours = OURS.get(name);
      if (ours != null) {
        kafka.fault(name, "is set by Millrace; write " + ours + ": at the top level");
      } else if (!name.equals(SERVERS)) {
        properties.put(name, kafka.read(name, "", Types.ANY_TEXT));
      }
    }
    return properties;
  }

  private void add(String name, Node node) {
    if (node instanceof Mapping mapping) {
      mapping.entries().forEach((below, value) -> add(Section.join(name, below), value));
    } else {
      flat.merge(
          name,
          node instanceof Sequence list ? joined(name, list) : node,
          (a, b) -> later(name, a, b));
    }
  }

  private Scalar joined(String name, Sequence list) {
    List<Scalar> scalars =
        list.items().stream().filter(Scalar.class::isInstance).map(Scalar.class::cast).toList();
    if (scalars.size() < list.items().size()) {
      faults.add(list.place(), SECTION + "." + name, "expected a list of plain values");
    }
    return new Scalar(
        list.place(), scalars.stream().map(Scalar::text).collect(Collectors.joining(",")));
  }

  /**
   * One property may be written in two ways, {@code a.b:} and {@code a: {b:}}. That is a fault in a
   * file, yet an override may do so.
   */
  private Node later(String name, Node a, Node b) {
    if (!a.place().isOverride() && !b.place().isOverride()) {
      faults.add(b.place(), SECTION + "." + name, "given twice, also at " + a.place().text());
    }
    return a.place().order() > b.place().order() ? a : b;
  }
}
