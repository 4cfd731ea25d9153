package io.millrace.config;

/** What the contract has and this version does not serve yet. */
final class NotYet {
  private NotYet() {}

  static void refuse(Section training, TrainingConfig config) {
    refuse(training, "optimizer", config.optimizer() != OptimizerKind.SGD, "sgd");
    refuse(training, "l2", config.l2() != 0, "0");
    refuse(training, "clipNorm", config.clipNorm().isPresent(), "none");
    refuse(training, "scaling", config.scaling() != Scaling.NONE, "none");
  }

  private static void refuse(Section section, String name, boolean isUsed, String available) {
    section.rule(
        !isUsed, section.shown(name) + " is not available yet; available: " + available, name);
  }
}
