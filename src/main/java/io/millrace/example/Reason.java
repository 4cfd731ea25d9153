package io.millrace.example;

/** Why a record went to the dead letters; {@link #code()} is what stands in the header. */
public enum Reason {
  /** Empty value, broken JSON, JSON that is no object, wrong encoding. */
  NOT_JSON("not-json"),
  /** Features or label absent or null. */
  MISSING_FIELD("missing-field"),
  /** Not a number where a number is due. */
  WRONG_TYPE("wrong-type"),
  /** The number of features or labels differs from the model's. */
  WRONG_SIZE("wrong-size"),
  /** NaN, an infinity, or a number above 1e100 in magnitude. */
  NOT_FINITE("not-finite"),
  /** A label outside what the output can learn. */
  BAD_LABEL("bad-label"),
  /** The time of the record is one that the topics it would reach refuse. */
  BAD_TIME("bad-time"),
  /** A label whose event did not come within the time for it. */
  NO_EVENT("no-event"),
  /** A mini-batch whose cost or gradient is not finite. */
  DIVERGED("diverged");

  private final String code;

  Reason(String code) {
    this.code = code;
  }

  /** The code as published, stable for ever. */
  public String code() {
    return code;
  }
}
