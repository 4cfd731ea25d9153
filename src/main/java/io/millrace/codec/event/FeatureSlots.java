package io.millrace.codec.event;

import com.dynatrace.hash4j.hashing.Hasher32;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The slots of features. Each writes all of its inputs, every time: the memory is used again. */
final class FeatureSlots {
  private FeatureSlots() {}

  /**
   * A slot for an entry of the list of features.
   *
   * @param start the number of its first input
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
  }

  private static final class OneHotSlot extends Slot {
    private final Categories categories;
    private final int start;
    private final int count;

    OneHotSlot(Feature.OneHot feature, int start) {
      super(feature.field().text());
      this.categories = new Categories(field(), feature.values());
      this.start = start;
      this.count = feature.inputs();
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = categories.check(json);
      if (fault != null) {
        return fault;
      }
      int first = column.xStart + start;
      Arrays.fill(column.x, first, first + count, 0);
      int position = categories.position(json);
      if (position >= 0) {
        column.x[first + position] = 1;
      }
      return null;
    }
  }

  /**
   * Feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009)
   * by the convention of scikit-learn's {@code FeatureHasher}: h is MurmurHash3 (x86, 32 bits, seed
   * 0) of the UTF-8 bytes of {@code field=value}, read as a signed int; the input is {@code abs(h)
   * mod n}, its value +1 where h is not negative, else -1.
   */
  private static final class HashedSlot extends Slot {
    private static final Hasher32 MURMUR3 = Hashing.murmur3_32();

    private final Categories categories;
    private final int start;
    private final int count;

    /** The bytes of {@code field=}, and room for a value. */
    private byte[] bytes;

    private final int prefix;

    HashedSlot(Feature.Hashed feature, int start) {
      super(feature.field().text());
      this.categories = new Categories(field());
      this.start = start;
      this.count = feature.inputs();
      this.bytes = (field() + "=").getBytes(StandardCharsets.UTF_8);
      this.prefix = bytes.length;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = categories.check(json);
      if (fault != null) {
        return fault;
      }
      int end = append(Categories.text(json)); // may replace the bytes
      int h = MURMUR3.hashBytesToInt(bytes, 0, end);
      int first = column.xStart + start;
      Arrays.fill(column.x, first, first + count, 0);
      column.x[first + (int) (Math.abs((long) h) % count)] = h >= 0 ? 1 : -1;
      return null;
    }

    /** Puts the value behind the prefix and returns where it ends. */
    private int append(String value) {
      int length = value.length();
      if (prefix + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, prefix + Math.max(length, 2 * bytes.length));
      }
      for (int i = 0; i < length; i++) {
        char c = value.charAt(i);
        if (c > 0x7F) {
          return appendEncoded(value.getBytes(StandardCharsets.UTF_8));
        }
        bytes[prefix + i] = (byte) c;
      }
      return prefix + length;
    }

    private int appendEncoded(byte[] value) {
      if (prefix + value.length > bytes.length) {
        bytes = Arrays.copyOf(bytes, prefix + value.length);
      }
      System.arraycopy(value, 0, bytes, prefix, value.length);
      return prefix + value.length;
    }
  }

  private static final class TimeSlot extends Slot {
    private static final String EXPECTED =
        "a time, such as \"2001-01-31T23:59:00Z\" (ISO 8601) or milliseconds since 1970";

    private final NumberReader number;
    private final Cycle[] cycles;
    private final TimeReader time;
    private final int start;
    private final double[] millis = new double[1];

    /** The phases seen last with their sines and cosines: most events share them with the next. */
    private final double[] phases;

    private final double[] waves;

    TimeSlot(Feature.Time feature, int start) {
      super(feature.field().text());
      this.number = new NumberReader(field(), false);
      this.cycles = feature.cycles().toArray(Cycle[]::new);
      this.time = new TimeReader(feature.zone());
      this.start = start;
      this.phases = new double[cycles.length];
      Arrays.fill(phases, Double.NaN);
      this.waves = new double[2 * cycles.length];
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      boolean isTime = false;
      if (json.currentToken().isNumeric()) {
        Rejection fault = number.read(json, NumberReader.ALONE, millis, 0);
        if (fault != null) {
          return fault;
        }
        isTime = time.readMillis(millis[0]);
      } else if (json.currentToken() == JsonToken.VALUE_STRING) {
        isTime = time.read(json.getText());
      }
      if (!isTime) {
        return Rejections.wrongType(json, field(), EXPECTED);
      }
      for (int c = 0; c < cycles.length; c++) {
        double phase = cycles[c].phase(time.epochDay(), time.nanoOfDay());
        if (phase != phases[c]) {
          phases[c] = phase;
          waves[2 * c] = StrictMath.sin(2 * Math.PI * phase);
          waves[2 * c + 1] = StrictMath.cos(2 * Math.PI * phase);
        }
      }
      System.arraycopy(waves, 0, column.x, column.xStart + start, waves.length);
      return null;
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
    @Nullable Rejection readElement(JsonParser json, int i, Column column) throws IOException {
      return number.read(json, i, column.x, column.xStart + Math.min(i, column.inputs - 1));
    }

    @Override
    @Nullable Rejection readEnd(int found, boolean isSound, Column column) {
      return found == column.inputs ? null : Rejections.wrongSize(field(), column.inputs, found);
    }
  }
}
