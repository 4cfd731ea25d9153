package io.millrace.codec.event;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.millrace.codec.Text;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON events with a streaming parser straight into the mini-batch's own memory: the vector
 * form, {@code {"features":[0.1,-2,3e4],"label":1}}, or any object with the configured fields. A
 * {@link PlainVectorReader} or a {@link PlainEventReader} is asked first; what they do not take is
 * read here from its start.
 *
 * <p>The whole record is read, whatever is wrong with it: of several faults the one that stands
 * first in {@link io.millrace.example.Reason} is named, and of a field that occurs twice the last
 * counts, as JSON parsers have it.
 */
public final class JsonExampleDecoder implements ExampleDecoder {
  private static final int MAX_NESTING = 1000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          // NaN is no JSON, yet common; read it, so that it can be rejected as what it is.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          // Field names come from outside: they must not fill the JVM's table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          // UTF-8 it is, never guessed to be something else.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  // A record is bounded by Kafka; within it a number or name may have any length.
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final FieldTree fields = new FieldTree();
  private final Column column = new Column();

  /** In the order of the configuration, the label last. */
  private final List<Slot> slots = new ArrayList<>();

  /** Where each slot's value stands. */
  private final List<FieldPath> paths = new ArrayList<>();

  private SparseSlot[] sparseSlots = {};
  private @Nullable PlainVectorReader plainVector;
  private @Nullable PlainEventReader plainEvent;

  /**
   * A decoder for one model.
   *
   * @param features where the inputs come from
   * @param target what is learned
   * @param output what the label must fit
   * @param outputs n2
   */
  public JsonExampleDecoder(Features features, Target target, Output output, int outputs) {
    addFeatures(features);
    boolean isNamed = features instanceof Features.Named;
    add(target.field(), LabelSlots.of(target, isNamed, output, outputs));
    if (features instanceof Features.Vector vector && target instanceof Target.Plain label) {
      plainVector =
          PlainVectorReader.of(vector.field(), label.field(), output, outputs).orElse(null);
    }
    readPlainEvents();
  }

  /** A decoder of the vector form, with these two fields. */
  public JsonExampleDecoder(String featuresField, String labelField, Output output, int outputs) {
    this(
        new Features.Vector(FieldPath.parse(featuresField)),
        new Target.Plain(FieldPath.parse(labelField)),
        output,
        outputs);
  }

  /** A decoder of events without a label; a field of that name is passed over. */
  public static JsonExampleDecoder withoutLabel(Features features) {
    JsonExampleDecoder decoder = new JsonExampleDecoder();
    decoder.addFeatures(features);
    decoder.readPlainEvents();
    return decoder;
  }

  /**
   * A decoder of labels without an event.
   *
   * @param isNamed whether the features are named fields
   */
  public static JsonExampleDecoder ofLabels(
      Target target, boolean isNamed, Output output, int outputs) {
    JsonExampleDecoder decoder = new JsonExampleDecoder();
    decoder.add(target.field(), LabelSlots.of(target, isNamed, output, outputs));
    decoder.readPlainEvents();
    return decoder;
  }

  /** A decoder that asks the streaming parser for every record: the measure of the others. */
  public static JsonExampleDecoder streaming(
      Features features, Target target, Output output, int outputs) {
    JsonExampleDecoder decoder = new JsonExampleDecoder(features, target, output, outputs);
    decoder.plainVector = null;
    decoder.plainEvent = null;
    return decoder;
  }

  /** A decoder that asks the plain reader for every record, however often it was in vain. */
  static JsonExampleDecoder persistent(
      Features features, Target target, Output output, int outputs) {
    JsonExampleDecoder decoder = new JsonExampleDecoder(features, target, output, outputs);
    if (decoder.plainEvent != null) {
      decoder.plainEvent.neverPause();
    }
    return decoder;
  }

  private JsonExampleDecoder() {}

  private void addFeatures(Features features) {
    if (features instanceof Features.Named named) {
      int dense = 0;
      int sparse = 0;
      for (Feature feature : named.features()) {
        add(feature.field(), FeatureSlots.of(feature, feature.isSparse() ? sparse : dense));
        sparse += feature.isSparse() ? feature.inputs() : 0;
        dense += feature.isSparse() ? 0 : feature.inputs();
      }
    } else if (features instanceof Features.Vector vector) {
      FieldPath field = vector.field();
      add(field, new FeatureSlots.VectorSlot(field.text()));
    }
  }

  private void add(FieldPath field, Slot slot) {
    slots.add(slot);
    fields.add(field, slot);
    paths.add(field);
  }

  private void readPlainEvents() {
    plainEvent = PlainEventReader.of(paths, slots).orElse(null);
    sparseSlots =
        slots.stream()
            .filter(SparseSlot.class::isInstance)
            .map(SparseSlot.class::cast)
            .toArray(SparseSlot[]::new);
  }

  /** A parser that reads what a decoder does. */
  static JsonParser parser(byte[] json) throws IOException {
    return JSON.createParser(json);
  }

  @Override
  public @Nullable Rejection decode(byte @Nullable [] value, MiniBatch into) {
    if (value == null || value.length == 0) {
      return Rejections.notJson("The value is empty, expected a JSON object");
    }
    if (readPlain(value, into)) {
      return null;
    }
    try (JsonParser json = parser(value)) {
      return readRecord(json);
    } catch (JacksonException e) {
      return Rejections.notJson(Text.broken(e));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory cannot fail", e);
    }
  }

  /** Reads a record straight from its bytes, if it is plain. */
  boolean readPlain(byte[] value, MiniBatch into) {
    column.moveTo(into);
    if (plainVector != null) {
      return plainVector.read(value, column);
    }
    if (plainEvent == null || !plainEvent.read(value, column)) {
      return false;
    }
    column.add(sparseSlots);
    return true;
  }

  private @Nullable Rejection readRecord(JsonParser json) throws IOException {
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      return Rejections.notJson(
          "Expected a JSON object, got " + (first == null ? "nothing" : Rejections.shown(json)));
    }
    fields.clear(column);
    fields.readObject(json, column);
    if (json.nextToken() != null) {
      return Rejections.notJson(
          "Expected one JSON object and nothing after it, got " + Rejections.shown(json));
    }
    Rejection rejection = null;
    for (Slot slot : slots) {
      rejection = Rejections.first(rejection, slot.fault());
    }
    if (rejection == null) {
      column.add(sparseSlots);
    }
    return rejection;
  }
}
