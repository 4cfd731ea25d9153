package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.plain.PlainCategory;
import io.millrace.example.Feature;
import io.millrace.example.Rejection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The slots of features; those of hashes and times have files of their own. A dense one writes all of
 * its inputs, every time: the memory is used again.
 */
final class FeatureSlots {
  private FeatureSlots() {}

  /**
   * A slot for an entry of the list of features.
   *
   * @param start the number of its first input, among the dense or the sparse ones
   */
  static Slot of(Feature feature, int start) {
    if (feature instanceof Feature.OneHot oneHot) {
      return new OneHotSlot(oneHot, start);
    }
    if (feature instanceof Feature.Hashed hashed) {
      return new HashedSlot(hashed, start);
    }
    if (feature instanceof Feature.Time time) {
      return new TimeSlot(time, start);
    }
    return new NumericSlot((Feature.Numeric) feature, start);
  }

  private static final class NumericSlot extends Slot {
    private final Feature.Numeric feature;
    private final NumberReader number;
    private final int start;

    NumericSlot(Feature.Numeric feature, int start) {
      super(feature.field().text());
      this.feature = feature;
      this.number = new NumberReader(field(), true);
      this.start = start;
    }

    @Override
    boolean mayBeMissing() {
      return feature.mayBeMissing();
    }

    @Override
    boolean writeMissing(Column column) {
      if (feature.missing().isEmpty()) {
        return false;
      }
      column.x[column.xStart + start] = feature.missing().getAsDouble();
      return true;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      return number.read(json, NumberReader.ALONE, column.x, column.xStart + start);
    }

    @Override
    int readPlain(byte[] b, int from, Column column) {
      return number.readPlain(b, from, column.x, column.xStart + start);
    }
  }

  private static final class OneHotSlot extends SparseSlot {
    private final Categories categories;
    private final PlainCategory plain = new PlainCategory();

    OneHotSlot(Feature.OneHot feature, int start) {
      super(feature.field().text(), start);
      this.categories = new Categories(field(), feature.values());
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = categories.check(json);
      if (fault != null) {
        return fault;
      }
      keep(categories.position(json));
      return null;
    }

    @Override
    int readPlain(byte[] b, int from, Column column) {
      int end = plain.read(b, from);
      if (end != NOT_PLAIN) {
        keep(categories.position(b, plain));
      }
      return end;
    }

    /** Takes a position in the list of values; a value that is not listed has none. */
    private void keep(int position) {
      keep(Math.max(position, 0), position < 0 ? 0 : 1);
    }
  }

  /** The vector form: an array of n0 numbers. */
  static final class VectorSlot extends Slot {
    private final NumberReader number;

    VectorSlot(String field) {
      super(field);
      this.number = new NumberReader(field, false);
    }

    @Override
    boolean takesArrays() {
      return true;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      return json.currentToken() == JsonToken.START_ARRAY
          ? null
          : Rejections.wrongType(json, field(), "an array of " + Rejections.numbers(column.inputs));
    }

    @Override
    int readPlain(byte[] b, int start, Column column) {
      return NOT_PLAIN; // PlainVectorReader reads these
    }

    @Override
    @Nullable Rejection readElement(JsonParser json, int i, Column column) throws IOException {
      return number.read(json, i, column.x, column.xStart + Math.min(i, column.inputs - 1));
    }

    @Override
    @Nullable Rejection readEnd(int found, boolean isSound, Column column) {
      return found == column.inputs ? null : Rejections.wrongSize(field(), column.inputs, found);
    }
  }
}
