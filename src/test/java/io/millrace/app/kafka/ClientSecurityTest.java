package io.millrace.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.topology.StreamsSettings;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

/** TLS and SASL reach every client: those of Kafka Streams and those that Millrace makes beside. */
class ClientSecurityTest {
  private static final Map<String, String> SECURITY =
      Map.of(
          "security.protocol", "SASL_SSL",
          "sasl.mechanism", "SCRAM-SHA-512",
          "sasl.jaas.config", "org.example.Login required username=\"u\" password=\"p\";",
          "sasl.login.callback.handler.class", "org.example.Handler",
          "ssl.truststore.location", "/secrets/trust.jks",
          "ssl.truststore.password", "tp",
          "ssl.keystore.location", "/secrets/key.jks",
          "ssl.keystore.password", "kp",
          "ssl.key.password", "pp",
          "ssl.endpoint.identification.algorithm", "https");

  private static MillraceConfig config(String more) throws Exception {
    StringBuilder yaml =
        new StringBuilder("application: a\nmodel: {inputs: 2, hidden: 2}\nkafka:\n");
    yaml.append("  bootstrap.servers: nowhere:9093\n").append(more);
    SECURITY.forEach((key, value) -> yaml.append("  %s: '%s'\n".formatted(key, value)));
    return ConfigReader.read(yaml.toString(), "c.yaml", List.of(), name -> null);
  }

  /** What every kind of client is given, by its name. */
  private static Map<String, Map<String, Object>> clients(MillraceConfig config) {
    Properties settings = StreamsSettings.of(config);
    StreamsConfig streams = new StreamsConfig(settings);
    KafkaClients ours = new KafkaClients(config);
    return Map.of(
        "main consumer", streams.getMainConsumerConfigs("g", "c", 0),
        "restore consumer", streams.getRestoreConsumerConfigs("c"),
        "global consumer", streams.getGlobalConsumerConfigs("c"),
        "producer", streams.getProducerConfigs("c"),
        "admin", streams.getAdminConfigs("c"),
        "our admin", ours.adminSettings(),
        "our reader", ours.readerSettings("r"),
        "our producer", ours.producerSettings("p"));
  }

  @Test
  void shouldReachEveryClient() throws Exception {
    clients(config(""))
        .forEach(
            (client, settings) -> assertThat(settings).as(client).containsAllEntriesOf(SECURITY));
  }

  /** Kafka Streams' own prefixes work as Kafka documents them. */
  @Test
  void shouldReachOneKindOfClientByItsPrefix() throws Exception {
    Map<String, Map<String, Object>> clients =
        clients(
            config(
                """
                  consumer.client.rack: c
                  producer.client.dns.lookup: p
                  admin.metadata.max.age.ms: 7
                """));
    Function<String, Map<String, Object>> of = name -> clients.getOrDefault(name, Map.of());

    for (String consumer :
        List.of("main consumer", "restore consumer", "global consumer", "our reader")) {
      assertThat(of.apply(consumer)).as(consumer).containsEntry("client.rack", "c");
    }
    for (String producer : List.of("producer", "our producer")) {
      assertThat(of.apply(producer)).as(producer).containsEntry("client.dns.lookup", "p");
    }
    for (String admin : List.of("admin", "our admin")) {
      assertThat(of.apply(admin)).as(admin).containsEntry("metadata.max.age.ms", "7");
    }
    assertThat(of.apply("our reader")).containsEntry("isolation.level", "read_committed");
  }
}
