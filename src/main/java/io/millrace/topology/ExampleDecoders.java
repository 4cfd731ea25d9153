package io.millrace.topology;

import io.millrace.codec.event.BinaryExampleDecoder;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.event.JsonExampleDecoder;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.Features;
import java.util.Locale;

/** Makes the decoder of a configuration. */
public final class ExampleDecoders {
  private ExampleDecoders() {}

  /** A new decoder, for one thread. */
  public static ExampleDecoder of(MillraceConfig config) {
    ExampleConfig example = config.example();
    ModelConfig model = config.model();
    return switch (example.format()) {
      case JSON ->
          new JsonExampleDecoder(
              example.features(), example.label(), model.output(), model.outputs());
      case FLOAT64 ->
          BinaryExampleDecoder.float64(
              features(example), label(example), model.inputs(), model.output(), model.outputs());
      case FLOAT32 ->
          BinaryExampleDecoder.float32(
              features(example), label(example), model.inputs(), model.output(), model.outputs());
    };
  }

  /** A new decoder of events that have no label, for one thread. */
  public static ExampleDecoder withoutLabel(MillraceConfig config) {
    ExampleConfig example = config.example();
    return example.format() == Format.JSON
        ? JsonExampleDecoder.withoutLabel(example.features())
        : ((BinaryExampleDecoder) of(config)).withoutLabel();
  }

  /** A new decoder of labels that come without their event, for one thread. */
  public static ExampleDecoder ofLabels(MillraceConfig config) {
    ExampleConfig example = config.example();
    ModelConfig model = config.model();
    return example.format() == Format.JSON
        ? JsonExampleDecoder.ofLabels(
            example.label(),
            example.features() instanceof Features.Named,
            model.output(),
            model.outputs())
        : ((BinaryExampleDecoder) of(config)).ofLabels();
  }

  private static String features(ExampleConfig example) {
    if (example.features() instanceof Features.Vector vector) {
      return vector.field().text();
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "%s has no named fields", example.format().text()));
  }

  private static String label(ExampleConfig example) {
    return example.label().field().text();
  }
}
