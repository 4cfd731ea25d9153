package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.plain.PlainText;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Rejection;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The slot of a moment: the sine and the cosine of each of its cycles. */
final class TimeSlot extends Slot {
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
    write(column);
    return null;
  }

  @Override
  int readPlain(byte[] b, int from, Column column) {
    int end;
    boolean isTime;
    if (b[from] == '"') {
      int quote = PlainText.closingQuote(b, from + 1);
      isTime = quote >= 0 && time.read(b, from + 1, quote);
      end = quote + 1;
    } else {
      end = number.readPlain(b, from, millis, 0);
      isTime = end != NOT_PLAIN && time.readMillis(millis[0]);
    }
    if (!isTime) {
      return NOT_PLAIN;
    }
    write(column);
    return end;
  }

  private void write(Column column) {
    for (int c = 0; c < cycles.length; c++) {
      double phase = cycles[c].phase(time.epochDay(), time.nanoOfDay());
      if (phase != phases[c]) {
        phases[c] = phase;
        waves[2 * c] = StrictMath.sin(2 * Math.PI * phase);
        waves[2 * c + 1] = StrictMath.cos(2 * Math.PI * phase);
      }
    }
    System.arraycopy(waves, 0, column.x, column.xStart + start, waves.length);
  }
}
