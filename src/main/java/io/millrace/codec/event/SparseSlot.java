package io.millrace.codec.event;

import io.millrace.example.MiniBatch;

/**
 * A slot of sparse inputs. It keeps what the value that was met last becomes, and adds it to the
 * example when the whole event is read: so the inputs ascend whatever the order of an event's
 * fields.
 */
abstract class SparseSlot extends Slot {
  private final int start;
  private int input;
  private double value;

  /**
   * @param field the field as the configuration names it, for the sentences
   * @param start the number of its first sparse input
   */
  SparseSlot(String field, int start) {
    super(field);
    this.start = start;
  }

  /**
   * Keeps one input of the slot's own.
   *
   * @param value 0 for none
   */
  final void keep(int input, double value) {
    this.input = start + input;
    this.value = value;
  }

  /** Adds what was kept to the example that is being written. */
  final void addTo(MiniBatch batch) {
    if (value != 0) {
      batch.addSparse(input, value);
    }
  }
}
