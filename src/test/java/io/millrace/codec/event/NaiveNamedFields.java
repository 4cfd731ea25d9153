package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Reason;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What named fields mean, written the obvious way: the event as a tree, every field looked up in
 * it. Slow, and shares nothing with the decoder.
 */
final class NaiveNamedFields {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** Either the numbers or the reason. */
  record Decoded(List<Double> x, List<Double> y, @Nullable Reason reason) {}

  private static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Bad(Reason reason) {
      this.reason = reason;
    }
  }

  private NaiveNamedFields() {}

  static Decoded decode(
      Features.Named features, Target target, Output output, int outputs, String json) {
    JsonNode event;
    try {
      event = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return new Decoded(List.of(), List.of(), Reason.NOT_JSON);
    }
    if (!event.isObject()) {
      return new Decoded(List.of(), List.of(), Reason.NOT_JSON);
    }
    List<Double> dense = new ArrayList<>();
    List<Double> sparse = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    Reason worst = null;
    for (Feature feature : features.features()) {
      try {
        boolean isCategory =
            feature instanceof Feature.OneHot || feature instanceof Feature.Hashed;
        (isCategory ? sparse : dense).addAll(inputs(feature, at(event, feature.field())));
      } catch (Bad e) {
        worst = worst == null || e.reason.compareTo(worst) < 0 ? e.reason : worst;
      }
    }
    try {
      y.addAll(label(target, at(event, target.field()), output, outputs));
    } catch (Bad e) {
      worst = worst == null || e.reason.compareTo(worst) < 0 ? e.reason : worst;
    }
    List<Double> x = new ArrayList<>(dense);
    x.addAll(sparse);
    return worst == null ? new Decoded(x, y, null) : new Decoded(List.of(), List.of(), worst);
  }

  private static JsonNode at(JsonNode event, FieldPath field) {
    JsonNode node = event;
    for (String segment : field.segments()) {
      if (node.isArray()) {
        boolean isIndex = segment.matches("0|[1-9]\\d{0,8}");
        node = isIndex ? node.path(Integer.parseInt(segment)) : MissingNode.getInstance();
      } else {
        node = node.path(segment);
      }
    }
    return node;
  }

  private static List<Double> inputs(Feature feature, JsonNode value) throws Bad {
    boolean isMissing = value.isMissingNode() || value.isNull();
    if (isMissing && feature instanceof Feature.Numeric numeric && numeric.mayBeMissing()) {
      return List.of(numeric.missing().getAsDouble());
    }
    if (isMissing) {
      throw new Bad(Reason.MISSING_FIELD);
    }
    List<Double> inputs = new ArrayList<>();
    if (feature instanceof Feature.Numeric) {
      inputs.add(number(value));
    } else if (feature instanceof Feature.OneHot oneHot) {
      int position = position(oneHot.values(), value);
      for (int i = 0; i < oneHot.inputs(); i++) {
        inputs.add(i == position ? 1.0 : 0.0);
      }
    } else if (feature instanceof Feature.Hashed hashed) {
      String text = hashed.field().text() + "=" + category(value);
      long h = murmur3(text.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < hashed.inputs(); i++) {
        inputs.add(i == Math.abs(h) % hashed.inputs() ? (h < 0 ? -1.0 : 1.0) : 0.0);
      }
    } else if (feature instanceof Feature.Time time) {
      LocalDateTime local = local(value, time.zone());
      for (Cycle cycle : time.cycles()) {
        inputs.add(StrictMath.sin(2 * Math.PI * phase(cycle, local)));
        inputs.add(StrictMath.cos(2 * Math.PI * phase(cycle, local)));
      }
    }
    return inputs;
  }

  private static List<Double> label(Target target, JsonNode value, Output output, int outputs)
      throws Bad {
    if (value.isMissingNode() || value.isNull()) {
      throw new Bad(Reason.MISSING_FIELD);
    }
    if (target instanceof Target.Classes classes) {
      int position = position(classes.classes(), value);
      if (position < 0) {
        throw new Bad(Reason.BAD_LABEL);
      }
      return encoded(position, output, outputs);
    }
    if (target instanceof Target.Above above) {
      return encoded(number(value) > above.threshold() ? 1 : 0, output, outputs);
    }
    return encoded(number(value), output, outputs);
  }

  private static List<Double> encoded(double label, Output output, int outputs) throws Bad {
    if (output == Output.SIGMOID && (label < 0 || label > 1)) {
      throw new Bad(Reason.BAD_LABEL);
    }
    if (output != Output.SOFTMAX) {
      return List.of(label);
    }
    List<Double> y = new ArrayList<>();
    for (int k = 0; k < outputs; k++) {
      y.add(k == label ? 1.0 : 0.0);
    }
    if (!y.contains(1.0)) {
      throw new Bad(Reason.BAD_LABEL);
    }
    return y;
  }

  private static double number(JsonNode value) throws Bad {
    if (value.isBoolean()) {
      return value.booleanValue() ? 1 : 0;
    }
    if (!value.isNumber()) {
      throw new Bad(Reason.WRONG_TYPE);
    }
    if (!(Math.abs(value.doubleValue()) <= 1e100)) {
      throw new Bad(Reason.NOT_FINITE);
    }
    return value.doubleValue();
  }

  private static int position(List<String> values, JsonNode value) throws Bad {
    String category = category(value);
    for (int i = 0; i < values.size(); i++) {
      boolean isEqual =
          value.isNumber()
              ? values.get(i).matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?")
                  && new BigDecimal(values.get(i)).compareTo(value.decimalValue()) == 0
              : values.get(i).equals(category);
      if (isEqual) {
        return i;
      }
    }
    return -1;
  }

  private static String category(JsonNode value) throws Bad {
    if (value.isContainerNode()) {
      throw new Bad(Reason.WRONG_TYPE);
    }
    if (value.isNumber()) {
      number(value);
      return value.decimalValue().signum() == 0
          ? "0"
          : value.decimalValue().stripTrailingZeros().toPlainString();
    }
    return value.asText();
  }

  private static LocalDateTime local(JsonNode value, ZoneId zone) throws Bad {
    if (value.isNumber()) {
      double millis = number(value);
      if (Math.abs(millis) > 8.64e15) {
        throw new Bad(Reason.WRONG_TYPE);
      }
      long nanos = Math.round((millis - Math.floor(millis)) * 1e6);
      return LocalDateTime.ofInstant(
          Instant.ofEpochMilli((long) Math.floor(millis)).plusNanos(nanos), zone);
    }
    String text = value.isTextual() ? value.textValue() : "no text";
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay()
          : text.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
              ? OffsetDateTime.parse(text).atZoneSameInstant(zone).toLocalDateTime()
              : LocalDateTime.parse(text);
    } catch (DateTimeException e) {
      throw new Bad(Reason.WRONG_TYPE);
    }
  }

  private static double phase(Cycle cycle, LocalDateTime time) {
    double day = time.toLocalTime().toNanoOfDay() / 86_400e9;
    return switch (cycle) {
      case MINUTE_OF_HOUR -> time.toLocalTime().toNanoOfDay() % 3_600_000_000_000L / 3_600e9;
      case HOUR_OF_DAY -> day;
      case DAY_OF_WEEK -> (time.getDayOfWeek().getValue() - 1) / 7.0;
      case DAY_OF_MONTH -> (time.getDayOfMonth() - 1.0) / time.toLocalDate().lengthOfMonth();
      case DAY_OF_YEAR -> (time.getDayOfYear() - 1.0) / time.toLocalDate().lengthOfYear();
      case MONTH_OF_YEAR -> (time.getMonthValue() - 1) / 12.0;
    };
  }

  /** MurmurHash3_x86_32 with seed 0, from Austin Appleby's description of it. */
  private static int murmur3(byte[] bytes) {
    int h = 0;
    int blocks = bytes.length / 4 * 4;
    for (int i = 0; i < blocks; i += 4) {
      int k = 0;
      for (int b = 3; b >= 0; b--) {
        k = k << 8 | (bytes[i + b] & 0xFF);
      }
      h = Integer.rotateLeft(h ^ scrambled(k), 13) * 5 + 0xe6546b64;
    }
    int rest = 0;
    for (int b = bytes.length - 1; b >= blocks; b--) {
      rest = rest << 8 | (bytes[b] & 0xFF);
    }
    h ^= scrambled(rest) ^ bytes.length;
    h = (h ^ h >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return h ^ h >>> 16;
  }

  private static int scrambled(int k) {
    return Integer.rotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;
  }
}
