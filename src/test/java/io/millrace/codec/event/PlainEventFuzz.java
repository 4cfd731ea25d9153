package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.example.Cycle;
import io.millrace.example.Features;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import io.millrace.testing.EventWriter;
import io.millrace.testing.SampleEvents;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Two decoders over the same events, one that reads plain events from their bytes and one that asks
 * the streaming parser for every event: the same columns to the bit, the same rejections to the
 * letter. Each array of bytes ends where the event does.
 */
final class PlainEventFuzz {
  private static final int DIFFERENT = 500;

  private record Model(
      SampleEvents events, Features.Named features, Target target, Output output, int outputs) {}

  private static final List<Model> MODELS =
      List.of(
          of(SampleEvents.FLIGHTS),
          of(SampleEvents.WIDE),
          of(SampleEvents.NESTED),
          new Model(
              SampleEvents.FLIGHTS,
              NamedFields.features(
                  NamedFields.number("distance", -1),
                  NamedFields.hash("distance", 7),
                  NamedFields.oneHot(
                      "origin", "ATL", "LAS", "x", "1", "1.5", "", "true", "caf\u00e9"),
                  NamedFields.hash("destination", 5),
                  NamedFields.oneHot("delay", "1", "0", "-3", "1.50", "12345678"),
                  NamedFields.time("date", "Europe/Berlin", Cycle.values())),
              NamedFields.plain("delay"),
              Output.IDENTITY,
              1),
          new Model(
              SampleEvents.NESTED,
              NamedFields.features(
                  NamedFields.number("/items/1/price", 0),
                  NamedFields.number("/items/2/quantity", 0),
                  NamedFields.oneHot("/tags/0", "tag1", "tag2"),
                  NamedFields.hash("/customer/address/code", 4),
                  NamedFields.number("/review/verified"),
                  NamedFields.number("/unknown/deep/field", 3)),
              NamedFields.classes("/payment/method", "card", "cash", "bank", "gift"),
              Output.SOFTMAX,
              4));

  private final Model model;
  private final JsonExampleDecoder streaming;
  private final List<JsonExampleDecoder> decoders;
  private final MiniBatch expected;
  private final MiniBatch actual;
  private int accepted;
  private int plain;

  private PlainEventFuzz(Model model) {
    this.model = model;
    streaming =
        JsonExampleDecoder.streaming(
            model.features(), model.target(), model.output(), model.outputs());
    decoders =
        List.of(
            JsonExampleDecoder.persistent(
                model.features(), model.target(), model.output(), model.outputs()),
            new JsonExampleDecoder(
                model.features(), model.target(), model.output(), model.outputs()));
    expected = NamedFields.memory(model.features(), model.outputs());
    actual = NamedFields.memory(model.features(), model.outputs());
  }

  private static Model of(SampleEvents events) {
    return new Model(events, events.features(), events.target(), Output.SIGMOID, 1);
  }

  /** Compares so many events of each model. */
  static void compare(long seed, int events) {
    for (Model model : MODELS) {
      PlainEventFuzz fuzz = new PlainEventFuzz(model);
      fuzz.compare(new SplittableRandom(seed), seed, events);
      assertThat(fuzz.accepted).as("accepted of %d of %s", events, model).isGreaterThan(events / 4);
      assertThat(fuzz.plain).as("plain of %d of %s", events, model).isGreaterThan(events / 5);
    }
  }

  private void compare(SplittableRandom random, long seed, int events) {
    List<ObjectNode> samples = model.events().events(DIFFERENT);
    Random shuffle = new Random(seed);
    List<EventWriter> writers =
        List.of(
            EventWriter.compact(),
            EventWriter.compact(),
            EventWriter.compact(),
            EventWriter.spaced(),
            EventWriter.shuffled(shuffle));
    EventMutator mutator = new EventMutator(random);
    for (int i = 0; i < events; i++) {
      EventWriter writer = writers.get(random.nextInt(writers.size()));
      byte[] event = writer.bytes(samples.get(random.nextInt(samples.size())));
      compare(random.nextInt(3) == 0 ? event : mutator.mutated(event), seed, i);
    }
  }

  private void compare(byte[] event, long seed, int number) {
    Rejection rejection = streaming.decode(event, expected);
    double[] inputs = rejection == null ? NamedFields.takeInputs(expected) : new double[0];
    accepted += rejection == null ? 1 : 0;
    plain += decoders.get(0).readPlain(event, actual) ? 1 : 0;
    for (JsonExampleDecoder decoder : decoders) {
      Rejection other = decoder.decode(event, actual);
      boolean isSame =
          Objects.equals(rejection, other)
              && (rejection != null
                  || (Arrays.equals(inputs, NamedFields.takeInputs(actual))
                      && Arrays.equals(expected.yt().data, actual.yt().data)));
      assertThat(isSame)
          .as(
              () ->
                  "seed %d, event %d of %s: %s instead of %s, or another column, for %s"
                      .formatted(
                          seed, number, model, other, rejection, new String(event, ISO_8859_1)))
          .isTrue();
    }
  }
}
