package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.Text;
import io.millrace.codec.plain.PlainCategory;
import io.millrace.codec.plain.PlainText;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The slots of labels. */
final class LabelSlots {
  private LabelSlots() {}

  /**
   * A slot for a label.
   *
   * @param takesBooleans whether true and false are 1 and 0
   */
  static Slot of(Target target, boolean takesBooleans, Output output, int outputs) {
    String field = target.field().text();
    Labels labels = new Labels(field, output, outputs);
    NumberReader number = new NumberReader(field, takesBooleans);
    if (target instanceof Target.Above above) {
      return new AboveSlot(number, above.threshold(), labels);
    }
    if (target instanceof Target.Classes classes) {
      return new ClassesSlot(classes.classes(), labels);
    }
    return labels.written() == 1 ? new NumberSlot(number, labels) : new ArraySlot(number, labels);
  }

  /** One number: a probability, the index of a class, or what a regression is to predict. */
  private static final class NumberSlot extends Slot {
    private final NumberReader number;
    private final Labels labels;
    private final double[] label = new double[1];

    NumberSlot(NumberReader number, Labels labels) {
      super(labels.field());
      this.number = number;
      this.labels = labels;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = number.read(json, NumberReader.ALONE, label, 0);
      return fault != null ? fault : labels.encode(label, column.y, column.yStart);
    }

    @Override
    int readPlain(byte[] b, int start, Column column) {
      int end = number.readPlain(b, start, label, 0);
      return end != NOT_PLAIN && labels.encode(label, column.y, column.yStart) == null
          ? end
          : NOT_PLAIN;
    }
  }

  private static final class AboveSlot extends Slot {
    private final NumberReader number;
    private final double threshold;
    private final Labels labels;
    private final double[] label = new double[1];

    AboveSlot(NumberReader number, double threshold, Labels labels) {
      super(labels.field());
      this.number = number;
      this.threshold = threshold;
      this.labels = labels;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = number.read(json, NumberReader.ALONE, label, 0);
      if (fault != null) {
        return fault;
      }
      return encode(column);
    }

    @Override
    int readPlain(byte[] b, int start, Column column) {
      int end = number.readPlain(b, start, label, 0);
      return end != NOT_PLAIN && encode(column) == null ? end : NOT_PLAIN;
    }

    private @Nullable Rejection encode(Column column) {
      label[0] = label[0] > threshold ? 1 : 0;
      return labels.encode(label, column.y, column.yStart);
    }
  }

  private static final class ClassesSlot extends Slot {
    private final Categories categories;
    private final PlainCategory plain = new PlainCategory();
    private final String expected;
    private final Labels labels;
    private final double[] label = new double[1];

    ClassesSlot(List<String> classes, Labels labels) {
      super(labels.field());
      this.categories = new Categories(labels.field(), classes);
      this.expected = Text.shorten(String.join(", ", classes));
      this.labels = labels;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      Rejection fault = categories.check(json);
      if (fault != null) {
        return fault;
      }
      label[0] = categories.position(json);
      return label[0] >= 0
          ? labels.encode(label, column.y, column.yStart)
          : Rejections.badLabel(
              String.format(
                  Locale.ROOT,
                  "%s: expected one of %s, got %s",
                  field(),
                  expected,
                  Rejections.shown(json)));
    }

    @Override
    int readPlain(byte[] b, int start, Column column) {
      int end = plain.read(b, start);
      if (end == NOT_PLAIN) {
        return NOT_PLAIN;
      }
      label[0] = categories.position(b, plain);
      return label[0] >= 0 && labels.encode(label, column.y, column.yStart) == null
          ? end
          : NOT_PLAIN;
    }
  }

  /** An array of n2 numbers. */
  private static final class ArraySlot extends Slot {
    private final NumberReader number;
    private final Labels labels;
    private final double[] label;

    ArraySlot(NumberReader number, Labels labels) {
      super(labels.field());
      this.number = number;
      this.labels = labels;
      this.label = new double[labels.written()];
    }

    @Override
    boolean takesArrays() {
      return true;
    }

    @Override
    @Nullable Rejection read(JsonParser json, Column column) throws IOException {
      JsonToken token = json.currentToken();
      if (token == JsonToken.START_ARRAY) {
        return null;
      }
      return token.isNumeric() || (number.takesBooleans() && token.isBoolean())
          ? Rejections.wrongSize(field(), label.length, 1)
          : Rejections.wrongType(json, field(), "an array of " + Rejections.numbers(label.length));
    }

    @Override
    int readPlain(byte[] b, int start, Column column) {
      int i = start;
      for (int k = 0; k < label.length; k++) {
        i = PlainText.behindBlanks(b, i);
        if (b[i] != (k == 0 ? '[' : ',')) {
          return NOT_PLAIN;
        }
        i = number.readPlain(b, PlainText.behindBlanks(b, i + 1), label, k);
        if (i == NOT_PLAIN) {
          return NOT_PLAIN;
        }
      }
      i = PlainText.behindBlanks(b, i);
      return b[i] == ']' && labels.encode(label, column.y, column.yStart) == null
          ? i + 1
          : NOT_PLAIN;
    }

    @Override
    @Nullable Rejection readElement(JsonParser json, int i, Column column) throws IOException {
      return number.read(json, i, label, Math.min(i, label.length - 1));
    }

    @Override
    @Nullable Rejection readEnd(int found, boolean isSound, Column column) {
      if (found != label.length) {
        return Rejections.wrongSize(field(), label.length, found);
      }
      return isSound ? labels.encode(label, column.y, column.yStart) : null;
    }
  }
}
