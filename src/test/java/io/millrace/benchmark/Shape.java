package io.millrace.benchmark;

/**
 * The sizes of a model and its mini-batches: {@code inputs/hidden/batch}.
 *
 * @param inputs n0
 * @param hidden n1
 * @param batchSize m
 */
record Shape(int inputs, int hidden, int batchSize) {
  static Shape parse(String text) {
    String[] sizes = text.split("/", -1);
    if (sizes.length != 3) {
      throw new IllegalArgumentException("Expected inputs/hidden/batch. Got: " + text);
    }
    return new Shape(
        Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
  }

  @Override
  public String toString() {
    return "%d/%d/%d".formatted(inputs, hidden, batchSize);
  }
}
