package io.millrace.config;

import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import java.util.Optional;

/**
 * How an example is read from a record.
 *
 * @param features where the inputs come from; {@link Features.Vector} unless the format is JSON
 * @param label what is learned; {@link Target.Plain} unless the format is JSON
 * @param labels the settings if labels come later than their events
 */
public record ExampleConfig(
    Format format, Features features, Target label, Optional<LabelsConfig> labels) {

  /** For examples that contain their labels. */
  public ExampleConfig(Format format, Features features, Target label) {
    this(format, features, label, Optional.empty());
  }

  /**
   * The vector form.
   *
   * @param features the field with the numbers
   * @param label the field with the label
   */
  public ExampleConfig(Format format, String features, String label) {
    this(
        format,
        new Features.Vector(FieldPath.parse(features)),
        new Target.Plain(FieldPath.parse(label)));
  }
}
