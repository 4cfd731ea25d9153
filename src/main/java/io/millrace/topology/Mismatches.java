package io.millrace.topology;

import io.millrace.learn.Model;
import io.millrace.nn.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The differences between something that exists and the configuration, named by their keys. */
final class Mismatches {
  private final String place;
  private final List<String> found = new ArrayList<>();

  /**
   * @param place the place of what exists, such as "the state"
   */
  private Mismatches(String place) {
    this.place = place;
  }

  /** Everything that may not change in the life of a model. */
  static Mismatches between(Model existing, Model configured, String place) {
    return between(existing.architecture(), configured.architecture(), place)
        .compare(
            "optimizer", existing.optimizer().kind().text(), configured.optimizer().kind().text())
        .compareScaling(existing.scaler().isPresent(), configured.scaler().isPresent());
  }

  static Mismatches between(Architecture existing, Architecture configured, String place) {
    return inSizes(
            existing.inputs(), existing.sparseInputs(), existing.outputs(), configured, place)
        .compare("hidden", existing.hidden(), configured.hidden())
        .compare("activation", existing.activation().text(), configured.activation().text())
        .compare("output", existing.output().text(), configured.output().text());
  }

  /** Compares only the sizes. Examples have no more of the model. */
  static Mismatches inSizes(
      int inputs, int sparseInputs, int outputs, Architecture configured, String place) {
    Mismatches mismatches = new Mismatches(place);
    if (sparseInputs == 0
        && configured.sparseInputs() > 0
        && inputs == configured.inputs() + configured.sparseInputs()) {
      mismatches.found.add(
          String.format(
              Locale.ROOT,
              "categories: dense inputs in %s, which an earlier version of Millrace made, sparse inputs"
                  + " in this version. That version can continue the model",
              place));
    } else {
      mismatches
          .compare("inputs", inputs, configured.inputs())
          .compare("sparse inputs", sparseInputs, configured.sparseInputs());
    }
    return mismatches.compare("outputs", outputs, configured.outputs());
  }

  /** Compares the meaning of the inputs and the label. */
  static Mismatches inMapping(List<String> existing, List<String> configured) {
    Mismatches mismatches = new Mismatches("the state");
    for (int i = 0; i < Math.max(existing.size(), configured.size()); i++) {
      mismatches.compare("example, entry " + (i + 1), entry(existing, i), entry(configured, i));
    }
    return mismatches;
  }

  private static String entry(List<String> lines, int i) {
    return i < lines.size() ? String.format(Locale.ROOT, "{%s}", lines.get(i)) : "nothing";
  }

  Mismatches compareScaling(boolean isScaled, boolean isConfigured) {
    return compare("scaling", scaling(isScaled), scaling(isConfigured));
  }

  private static String scaling(boolean isScaled) {
    return isScaled ? "standard" : "none";
  }

  private Mismatches compare(String key, Object existing, Object configured) {
    if (!existing.equals(configured)) {
      found.add(
          String.format(
              Locale.ROOT,
              "%s: %s in %s, %s in the configuration",
              key,
              existing,
              place,
              configured));
    }
    return this;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Refuses to start if there are differences.
   *
   * @throws LearnerException naming every difference and what to do
   */
  void refuse(String model, String application) {
    if (!isEmpty()) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Model %s cannot continue: %s. Restore the previous configuration, or give the changed"
                  + " model another model.name or application, or run reset, which deletes the model"
                  + " of application %s and learns the examples again.",
              model,
              this,
              application));
    }
  }

  /** All differences: {@code hidden: 16 in the state, 32 in the configuration; scaling: ...}. */
  @Override
  public String toString() {
    return String.join("; ", found);
  }
}
