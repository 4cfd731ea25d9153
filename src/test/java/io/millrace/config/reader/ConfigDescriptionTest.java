package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDescriptionTest {
  private static final String SECRETS =
      """
      application: ${APP:flights}
      kafka:
        bootstrap.servers: localhost:9092
        client.id: ${PASSWORD}
        sasl.jaas.config: |
          Login required
            password="hunter2";
        ssl.key.password: hunter2
        ssl.keystore: {key: hunter2}
        sasl.oauthbearer.token: hunter2
        basic.auth.user.info: me:hunter2
        schema.registry.url: http://me:hunter2@registry
        acks: all
      model: {inputs: 4}
      training: {learningRate: {initial: 0.5}}
      """;

  @Test
  void shouldShowTheEffectiveConfigurationWithoutSecrets(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("c.yaml"), SECRETS);

    String description =
        ConfigReader.describe(
            file, List.of("training.batchSize=32"), ConfigFixture.ENVIRONMENT::get);

    assertThat(description)
        .doesNotContain("hunter2")
        .isEqualTo(
            """
            application: ${APP:flights}
            kafka:
              bootstrap.servers: localhost:9092
              client.id: ${PASSWORD}
              sasl.jaas.config: [hidden]
              ssl.key.password: [hidden]
              ssl.keystore.key: [hidden]
              sasl.oauthbearer.token: [hidden]
              basic.auth.user.info: [hidden]
              schema.registry.url: [hidden]
              acks: all
            topics:
              examples: examples
              miniBatches: mini-batches
              costs: costs
              snapshots: snapshots
              deadLetters: dead-letters
              events: none
              predictions: predictions
              partitions: 1
              replicationFactor: 1
            example:
              format: json
              features: features
              label: label
              labels: none
            model:
              name: ${APP:flights}
              inputs: 4
              hidden: 16
              outputs: 1
              activation: tanh
              output: sigmoid
              seed: 1
              initialScale: auto
              initialParameters: none
            training:
              batchSize: 32
              maxWait: 10s
              optimizer: sgd
              learningRate:
                initial: 0.5
                decay: 0
              l2: 0
              clipNorm: none
              scaling: none
              kernel: auto
            evaluation:
              window: 1000
            publish:
              snapshotEvery: 100
              snapshotInterval: 10s
              keep: 20
            predictions:
              includeEvent: false
              threads: 1
            guarantee: exactly-once
            threads: 2
            http:
              host: 127.0.0.1
              port: 8080
              allowedHosts: none
              token: none""");
  }

  @Test
  void shouldNotShowSecretsAsAText() throws ConfigException {
    assertThat(
            ConfigFixture.read(ConfigFixture.MINIMAL, "kafka.ssl.key.password=hunter2").toString())
        .isEqualTo("MillraceConfig[flights]");
  }
}
