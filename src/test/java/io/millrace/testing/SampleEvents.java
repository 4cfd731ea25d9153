package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/** Events of named fields as real streams have them, and the models that read them. */
@SuppressWarnings("ImmutableEnumChecker") // a record of lists that are copies
public enum SampleEvents {
  /** The bundled flights: five fields, all used, 88 bytes. */
  FLIGHTS(
      List.of(
          number("distance"),
          hash("origin"),
          hash("destination"),
          time("date", Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK)),
      "delay") {
    @Override
    public List<ObjectNode> events(int count) {
      return flights(count);
    }
  },

  /** Orders of 40 fields, of which 12 are used, about 820 bytes. */
  WIDE(
      List.of(
          number("amount"),
          number("quantity"),
          number("discount"),
          number("weight"),
          number("distance_km"),
          number("customer_age"),
          number("previous_orders"),
          hash("city"),
          hash("product"),
          new Feature.OneHot(FieldPath.parse("channel"), List.of("web", "app", "shop")),
          time("ordered_at", Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK)),
      "days_to_return") {
    @Override
    public List<ObjectNode> events(int count) {
      SplittableRandom random = new SplittableRandom(SEED);
      List<ObjectNode> events = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        events.add(order(random, i));
      }
      return events;
    }
  },

  /** Payments of nested objects with arrays, some of different lengths; about 310 bytes. */
  NESTED(
      List.of(
          number("/payment/amount"),
          number("/customer/age"),
          number("/items/0/price"),
          number("/items/0/quantity"),
          hash("/customer/address/city"),
          new Feature.OneHot(FieldPath.parse("/payment/method"), List.of("card", "cash", "bank")),
          time("time", Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK)),
      "/review/score") {
    @Override
    public List<ObjectNode> events(int count) {
      SplittableRandom random = new SplittableRandom(SEED);
      List<ObjectNode> events = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        events.add(payment(random, i));
      }
      return events;
    }
  };

  private static final long SEED = 1;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] CITIES = {
    "Lisbon", "Z\u00fcrich", "Oslo", "Valparaiso", "New York", "Ulm", "Graz", "San Sebastian"
  };
  private static final LocalDateTime START = LocalDateTime.of(2001, 1, 1, 0, 0);

  private final Features.Named features;
  private final Target target;

  SampleEvents(List<Feature> features, String label) {
    this.features = new Features.Named(features);
    this.target = new Target.Above(FieldPath.parse(label), 15);
  }

  public Features.Named features() {
    return features;
  }

  /** One sigmoid output. */
  public Target target() {
    return target;
  }

  /** The first events, the same every time. */
  public abstract List<ObjectNode> events(int count);

  private static Feature number(String field) {
    return new Feature.Numeric(FieldPath.parse(field), OptionalDouble.empty());
  }

  private static Feature hash(String field) {
    return new Feature.Hashed(FieldPath.parse(field), 128);
  }

  private static Feature time(String field, Cycle... cycles) {
    return new Feature.Time(FieldPath.parse(field), List.of(cycles), ZoneOffset.UTC);
  }

  private static List<ObjectNode> flights(int count) {
    String resource = "/io/millrace/app/events/flights-100k.csv.gz";
    try (InputStream file = SampleEvents.class.getResourceAsStream(resource);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Objects.requireNonNull(file)), UTF_8))) {
      return lines.lines().skip(1).limit(count).map(SampleEvents::flight).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("The bundled flights cannot be read", e);
    }
  }

  private static ObjectNode flight(String line) {
    String[] cells = line.split(",", -1);
    return JSON.createObjectNode()
        .put("date", cells[0])
        .put("delay", Integer.parseInt(cells[1]))
        .put("distance", Integer.parseInt(cells[2]))
        .put("origin", cells[3])
        .put("destination", cells[4]);
  }

  private static ObjectNode order(SplittableRandom random, int i) {
    ObjectNode order = JSON.createObjectNode();
    order.put("order_id", "o-%08x".formatted(random.nextInt()));
    order.put("ordered_at", START.plusSeconds(17L * i) + "Z");
    order.put("customer_id", random.nextInt(1_000_000));
    order.put("customer_name", "customer number " + random.nextInt(1000));
    order.put("customer_age", 18 + random.nextInt(70));
    order.put("previous_orders", random.nextInt(40));
    order.put("city", CITIES[random.nextInt(CITIES.length)]);
    order.put("street", random.nextInt(200) + " Harbour Road");
    order.put("channel", new String[] {"web", "app", "shop", "phone"}[random.nextInt(4)]);
    order.put("product", "p%d".formatted(random.nextInt(500)));
    order.put("amount", random.nextInt(100_000) / 100.0);
    order.put("quantity", 1 + random.nextInt(9));
    order.put("discount", random.nextInt(100) / 1000.0);
    order.put("weight", random.nextInt(10_000) / 1000.0);
    order.put("distance_km", random.nextInt(20_000) / 10.0);
    order.put("is_gift", random.nextBoolean());
    order.putNull("coupon");
    order.put("days_to_return", random.nextInt(31));
    for (int k = 0; k < 10; k++) {
      order.put("measure_" + k, random.nextInt(1000) / 100.0);
    }
    for (int k = 0; k < 8; k++) {
      order.put("status_" + k, "state " + random.nextInt(10));
    }
    for (int k = 0; k < 4; k++) {
      order.put("flag_" + k, random.nextBoolean());
    }
    return order;
  }

  private static ObjectNode payment(SplittableRandom random, int i) {
    ObjectNode payment = JSON.createObjectNode();
    payment.put("id", "t-%08x".formatted(random.nextInt()));
    payment.put("time", START.plusSeconds(17L * i) + "Z");
    ObjectNode customer = payment.putObject("customer");
    customer.put("id", random.nextInt(1_000_000)).put("age", 18 + random.nextInt(70));
    customer
        .putObject("address")
        .put("city", CITIES[random.nextInt(CITIES.length)])
        .put("code", "%05d".formatted(random.nextInt(100_000)));
    ArrayNode items = payment.putArray("items");
    for (int k = random.nextInt(3); k >= 0; k--) {
      items
          .addObject()
          .put("sku", "s%d".formatted(random.nextInt(500)))
          .put("price", random.nextInt(10_000) / 100.0)
          .put("quantity", 1 + random.nextInt(9));
    }
    ArrayNode tags = payment.putArray("tags");
    for (int k = random.nextInt(4); k > 0; k--) {
      tags.add("tag" + random.nextInt(20));
    }
    payment
        .putObject("payment")
        .put("method", new String[] {"card", "cash", "bank", "gift"}[random.nextInt(4)])
        .put("amount", random.nextInt(100_000) / 100.0);
    payment.putObject("review").put("score", random.nextInt(31)).put("verified", true);
    return payment;
  }
}
