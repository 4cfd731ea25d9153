package io.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A Kafka that wants TLS and a password of everybody (SASL_SSL, PLAIN), itself included. Its
 * certificate is its own, for this machine alone, made by the JDK's keytool.
 */
public final class SecuredBroker implements AutoCloseable {
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
          + " password=\"%s\"%s;";
  private static final String KEYSTORE_PASSWORD = "keystore-of-the-broker";
  private static final String OWN_PASSWORD = "the-brokers-own";

  private final EmbeddedBroker broker;
  private final Path keystore;

  private SecuredBroker(EmbeddedBroker broker, Path keystore) {
    this.broker = broker;
    this.keystore = keystore;
  }

  /** Starts one that knows a single user beside itself. */
  public static SecuredBroker start(Path folder, String user, String password)
      throws IOException, InterruptedException {
    Path keystore = folder.resolve("broker.p12");
    makeCertificate(keystore);
    String listener = "listener.name." + BrokerSettings.CLIENTS.toLowerCase(Locale.ROOT);
    String users = " user_broker=\"%s\" user_%s=\"%s\"".formatted(OWN_PASSWORD, user, password);
    Map<String, String> settings =
        Map.of(
            "listener.security.protocol.map",
            "%s:SASL_SSL,%s:PLAINTEXT".formatted(BrokerSettings.CLIENTS, BrokerSettings.CONTROLLER),
            "sasl.enabled.mechanisms",
            "PLAIN",
            "sasl.mechanism.inter.broker.protocol",
            "PLAIN",
            listener + ".plain.sasl.jaas.config",
            LOGIN.formatted("broker", OWN_PASSWORD, users),
            "ssl.keystore.location",
            keystore.toString(),
            "ssl.keystore.password",
            KEYSTORE_PASSWORD,
            "ssl.truststore.location",
            keystore.toString(),
            "ssl.truststore.password",
            KEYSTORE_PASSWORD);
    return new SecuredBroker(EmbeddedBroker.startTemporary("127.0.0.1", 0, settings), keystore);
  }

  private static void makeCertificate(Path keystore) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                List.of(
                    JavaCommand.tool("keytool"),
                    "-genkeypair",
                    "-keystore",
                    keystore.toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    KEYSTORE_PASSWORD,
                    "-alias",
                    "broker",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=127.0.0.1",
                    "-ext",
                    "SAN=ip:127.0.0.1",
                    "-validity",
                    "2"))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** What a client must trust, a PKCS12 file. */
  public Path truststore() {
    return keystore;
  }

  /** The password of the {@link #truststore}. */
  public String truststorePassword() {
    return KEYSTORE_PASSWORD;
  }

  @Override
  public void close() {
    broker.close();
  }
}
