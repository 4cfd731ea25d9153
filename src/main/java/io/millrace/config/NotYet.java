package io.millrace.config;

/** What the contract has and this version does not serve yet. */
final class NotYet {
  private NotYet() {}

  /** Named fields, before {@code features} and {@code label} are read as plain names. */
  static void refuseNamedFields(Section example) {
    refuse(example, "features", example.isList("features"), "the name of one field with a list");
    refuse(example, "label", example.isMapping("label"), "the name of the field");
  }

  static void refuseFormats(Section example, Format format) {
    refuse(example, "format", format != Format.JSON, "json");
  }

  private static void refuse(Section section, String name, boolean isUsed, String available) {
    section.rule(
        !isUsed, section.shown(name) + " is not available yet; available: " + available, name);
  }
}
