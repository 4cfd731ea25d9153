package io.millrace.config.reader;

import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.config.LabelsConfig;
import io.millrace.config.ModelConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The section {@code example}: the vector form, or a list of named fields; and the label. */
final class ExampleSection {
  private static final String FEATURES = "features";
  private static final String LABEL = "label";
  private static final String FIELD = "field";
  private static final String MISSING = "missing";
  private static final String ONE_HOT = "oneHot";
  private static final String HASH = "hash";
  private static final String TIME = "time";
  private static final String ZONE = "zone";
  private static final String ABOVE = "above";
  private static final String CLASSES = "classes";
  private static final String LABELS = "labels";

  /** The limit of the window: its events are in memory, and sums of it fit into milliseconds. */
  private static final Duration LONGEST = Duration.ofDays(366);

  private static final Type<Duration> WINDOW =
      Types.DURATION.satisfying(
          duration -> duration.compareTo(LONGEST) <= 0, "must be at most 8784h, which is a year");

  private static final Type<String> NO_LABELS =
      Type.matching("none", "a mapping such as {topic: labels, within: 24h}, or none");

  private static final String OTHERWISE = "; for a plain number omit both";

  private static final Type<FieldPath> ONE_FIELD =
      new Type<>("the name of one field, or a list of fields", Types.FIELD.read());

  private final Section example;

  ExampleSection(Section example) {
    this.example = example;
  }

  ExampleConfig read() {
    Format format = example.read("format", "json", Types.oneOf(Format.values()));
    Features features =
        example.isList(FEATURES)
            ? named()
            : new Features.Vector(example.read(FEATURES, "features", ONE_FIELD));
    Target label = label();
    boolean isVector = features instanceof Features.Vector;
    example.rule(
        format == Format.JSON || isVector,
        String.format(
            Locale.ROOT,
            "a list of fields needs format json, because the numbers of %s have no names",
            format.text()),
        FEATURES);
    example.rule(
        format == Format.JSON || label instanceof Target.Plain,
        String.format(
            Locale.ROOT,
            "%s and %s need format json, because the numbers of %s have no names",
            ABOVE,
            CLASSES,
            format.text()),
        LABEL);
    example.rule(
        !(features instanceof Features.Vector vector)
            || !vector.field().segments().equals(label.field().segments()),
        "example.label and example.features must be different fields",
        LABEL,
        FEATURES);
    return new ExampleConfig(format, features, label, labels());
  }

  private Optional<LabelsConfig> labels() {
    if (!example.isMapping(LABELS)) {
      example.read(LABELS, "none", NO_LABELS);
      return Optional.empty();
    }
    Section labels = example.section(LABELS);
    return Optional.of(
        new LabelsConfig(
            labels.required("topic", "labels", Types.TOPIC),
            labels.required("within", "24h", WINDOW),
            labels.read("grace", "1m", WINDOW)));
  }

  /** Adds a fault if there is no events topic, or if labels share a topic. */
  void checkLabels(ExampleConfig config, TopicsConfig topics) {
    if (config.labels().isEmpty()) {
      return;
    }
    example.rule(
        topics.events().isPresent(),
        "labels that come later need topics.events, the topic of the events",
        LABELS);
    String topic = config.labels().get().topic();
    example.rule(
        topics.all().stream().noneMatch(other -> TopicsConfig.areTheSame(topic, other)),
        String.format(
            Locale.ROOT,
            "%s is already one of the topics under topics ('.' and '_' count as equal)",
            topic),
        LABELS);
  }

  /** Adds a fault if the number of classes does not fit the output of the model. */
  void checkClasses(Target label, Section section, ModelConfig model) {
    if (label instanceof Target.Plain
        || !section.isSound("output")
        || !section.isSound("outputs")) {
      return;
    }
    boolean isSoftmax = model.output() == Output.SOFTMAX;
    if (label instanceof Target.Classes classes) {
      int count = classes.classes().size();
      boolean fits =
          isSoftmax
              ? model.outputs() == count
              : count == 2 && model.output() == Output.SIGMOID && model.outputs() == 1;
      example.rule(
          fits,
          String.format(
              Locale.ROOT,
              "%d classes need model.output softmax with model.outputs %d%s; the model has %s with %d",
              count,
              count,
              count == 2 ? ", or sigmoid with 1" : "",
              model.output().text(),
              model.outputs()),
          LABEL);
    } else {
      example.rule(
          model.outputs() == (isSoftmax ? 2 : 1),
          String.format(
              Locale.ROOT,
              "above makes one label, 0 or 1, and needs model.outputs 1 (with softmax: 2); the model has %d",
              model.outputs()),
          LABEL);
    }
  }

  private Features named() {
    Section list = example.list(FEATURES);
    if (list.names().isEmpty()) {
      example.fault(FEATURES, "must not be empty; write for example [distance, price]");
    }
    List<Feature> features = new ArrayList<>();
    Map<Object, String> seen = new LinkedHashMap<>();
    for (String item : list.names()) {
      Feature feature = list.isMapping(item) ? entry(list.section(item)) : number(list, item);
      if (feature != null) {
        String first = seen.putIfAbsent(identity(feature), item);
        list.rule(
            first == null,
            String.format(Locale.ROOT, "the same entry as example.%s%s", FEATURES, first),
            item);
        features.add(feature);
      }
    }
    return new Features.Named(features);
  }

  /** The key of an entry: two entries with the same key would make the same inputs. */
  private static Object identity(Feature feature) {
    List<String> field = feature.field().segments();
    if (feature instanceof Feature.Numeric) {
      return List.of(field);
    }
    return feature instanceof Feature.OneHot oneHot
        ? List.of(field, oneHot.values())
        : feature instanceof Feature.Hashed hashed
            ? List.of(field, hashed.inputs())
            : List.of(field, ((Feature.Time) feature).cycles(), ((Feature.Time) feature).zone());
  }

  private static Feature number(Section list, String item) {
    return new Feature.Numeric(list.read(item, FIELD, Types.FIELD), OptionalDouble.empty());
  }

  /** An entry that is a mapping; null if a fault leaves nothing to read. */
  private static @Nullable Feature entry(Section entry) {
    FieldPath field = entry.required(FIELD, "price", Types.FIELD);
    List<String> kinds = List.of(MISSING, ONE_HOT, HASH, TIME).stream().filter(entry::has).toList();
    boolean hasZone = entry.has(ZONE);
    if (kinds.size() > 1) {
      entry.fault(kinds.get(1), excluded(kinds.get(0), kinds.get(1)));
    }
    if (hasZone && !kinds.contains(TIME)) {
      entry.fault(ZONE, "needs time: [hourOfDay, ...], which this entry does not have");
    }
    if (kinds.isEmpty()) {
      return new Feature.Numeric(field, OptionalDouble.empty());
    }
    return switch (kinds.get(0)) {
      case ONE_HOT -> new Feature.OneHot(field, values(entry, ONE_HOT, "[ATL, LAS, ORD]"));
      case HASH -> new Feature.Hashed(field, entry.read(HASH, "64", Types.COUNT));
      case TIME -> {
        List<Cycle> cycles = cycles(entry);
        yield new Feature.Time(
            field, cycles, hasZone ? entry.read(ZONE, "UTC", Types.ZONE) : ZoneOffset.UTC);
      }
      default ->
          new Feature.Numeric(
              field, OptionalDouble.of(entry.read(MISSING, "0", Types.EVENT_NUMBER)));
    };
  }

  private static String excluded(String first, String second) {
    return first.equals(MISSING)
        ? String.format(
            Locale.ROOT, "%s is only for numbers: an entry with it cannot have %s", MISSING, second)
        : String.format(
            Locale.ROOT,
            "an entry has only one of %s, %s, %s and %s; this one already has %s",
            MISSING,
            ONE_HOT,
            HASH,
            TIME,
            first);
  }

  private static List<Cycle> cycles(Section entry) {
    if (!entry.isList(TIME)) {
      entry.fault(TIME, "expected a list such as [hourOfDay, dayOfWeek], got " + entry.shown(TIME));
      return List.of();
    }
    Section list = entry.list(TIME);
    List<Cycle> cycles = new ArrayList<>();
    for (String item : list.names()) {
      Cycle cycle = list.read(item, Cycle.HOUR_OF_DAY.text(), Types.oneOf(Cycle.values()));
      list.rule(
          !cycles.contains(cycle),
          String.format(Locale.ROOT, "%s is listed twice", list.shown(item)),
          item);
      cycles.add(cycle);
    }
    if (cycles.isEmpty()) {
      entry.fault(TIME, "must not be empty; write for example [hourOfDay, dayOfWeek]");
    }
    return cycles;
  }

  /** A list of categories, each once. */
  private static List<String> values(Section section, String name, String example) {
    if (!section.isList(name)) {
      section.fault(
          name,
          String.format(
              Locale.ROOT, "expected a list such as %s, got %s", example, section.shown(name)));
      return List.of();
    }
    Section list = section.list(name);
    Set<String> values = new HashSet<>();
    List<String> inOrder = new ArrayList<>();
    for (String item : list.names()) {
      String value = list.read(item, item, Types.ANY_TEXT);
      list.rule(
          values.add(value),
          String.format(Locale.ROOT, "%s is listed twice", list.shown(item)),
          item);
      inOrder.add(value);
    }
    if (inOrder.isEmpty()) {
      section.fault(name, "must not be empty; write for example " + example);
    }
    return inOrder;
  }

  private Target label() {
    if (!example.isMapping(LABEL)) {
      return new Target.Plain(example.read(LABEL, "label", Types.FIELD));
    }
    Section label = example.section(LABEL);
    FieldPath field = label.required(FIELD, "label", Types.FIELD);
    boolean hasAbove = label.has(ABOVE);
    if (label.has(CLASSES)) {
      if (hasAbove) {
        label.fault(
            CLASSES,
            String.format(Locale.ROOT, "a label has either %s or %s", ABOVE, CLASSES) + OTHERWISE);
      }
      List<String> classes = values(label, CLASSES, "[DOWN, UP]");
      label.rule(classes.size() != 1, "needs at least two classes", CLASSES);
      return new Target.Classes(field, classes);
    }
    return hasAbove
        ? new Target.Above(field, label.read(ABOVE, "0", Types.EVENT_NUMBER))
        : new Target.Plain(field);
  }
}
