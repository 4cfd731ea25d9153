package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.plain.PlainText;
import io.millrace.codec.plain.RecordBuffer;
import io.millrace.example.Rejection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What one field of an event becomes: it reads the value wherever the parser meets it and writes
 * its own part of the example's {@link Column}. The value that is met last counts.
 *
 * <p>A value can be read in two ways: from the general parser, which takes whatever JSON there is
 * and says what is wrong with it, or straight from its bytes where it is plain and right.
 */
abstract class Slot {
  /** Instead of where a value ends in its bytes: the general parser has to read the event. */
  static final int NOT_PLAIN = PlainText.NOT_PLAIN;

  private final String field;
  private final Rejection absent;
  private final Rejection isNull;
  private @Nullable Rejection fault;

  /**
   * @param field the field as the configuration names it, for the sentences
   */
  Slot(String field) {
    this.field = field;
    this.absent = Rejections.absent(field);
    this.isNull = Rejections.isNull(field);
  }

  final String field() {
    return field;
  }

  /** What is wrong with the value met last, or with there being none. */
  final @Nullable Rejection fault() {
    return fault;
  }

  /** Forgets what was read: the field is absent so far. */
  final void clear(Column column) {
    fault = writeMissing(column) ? null : absent;
  }

  /** The field cannot be there: what it would stand in is something else. */
  final void clear(Column column, String outer, String found, String expected) {
    fault = writeMissing(column) ? null : Rejections.absentIn(field, outer, found, expected);
  }

  /** Takes the value at the parser, which stays where it is: at the start of an array or object. */
  final void accept(JsonParser json, Column column) throws IOException {
    fault =
        json.currentToken() != JsonToken.VALUE_NULL
            ? read(json, column)
            : writeMissing(column) ? null : isNull;
  }

  /** Takes element {@code i} of the array that was accepted. */
  final void acceptElement(JsonParser json, int i, Column column) throws IOException {
    fault = Rejections.first(fault, readElement(json, i, column));
  }

  /** The array that was accepted is at its end, after {@code count} elements. */
  final void acceptEnd(int count, Column column) {
    fault = Rejections.first(fault, readEnd(count, fault == null, column));
  }

  /**
   * Takes the value at {@code start} from its bytes.
   *
   * @param b of a {@link RecordBuffer}
   * @return where the value ends, or NOT_PLAIN
   */
  final int acceptPlain(byte[] b, int start, Column column) {
    if (b[start] != 'n') {
      return readPlain(b, start, column);
    }
    return writeMissing(column) ? PlainText.endOfNull(b, start) : NOT_PLAIN;
  }

  /** Whether something stands for a value that is absent or null. */
  boolean mayBeMissing() {
    return false;
  }

  /** Whether it reads the elements of an array. */
  boolean takesArrays() {
    return false;
  }

  /**
   * Writes what stands for a value that is absent or null.
   *
   * @return false when there is no such thing
   */
  boolean writeMissing(Column column) {
    return false;
  }

  /** Reads the value at the parser, which is not null, without moving on. */
  abstract @Nullable Rejection read(JsonParser json, Column column) throws IOException;

  /** Reads the value at {@code start}, which is not null, and returns where it ends. */
  abstract int readPlain(byte[] b, int start, Column column);

  @Nullable Rejection readElement(JsonParser json, int i, Column column) throws IOException {
    return null;
  }

  /**
   * Looks at the array as a whole.
   *
   * @param isSound whether nothing was wrong so far
   */
  @Nullable Rejection readEnd(int count, boolean isSound, Column column) {
    return null;
  }
}
