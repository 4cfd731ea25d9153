package io.millrace.app;

import io.millrace.app.kafka.HostAndPort;
import io.millrace.broker.EmbeddedBroker;
import io.millrace.config.MillraceConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of every command that can start its own Kafka. */
final class EmbeddedBrokerOption {
  private static final String TEMPORARY = "";

  @Option(
      names = "--embedded-broker",
      arity = "0..1",
      fallbackValue = TEMPORARY,
      paramLabel = "DIR",
      description =
          "Also start a single-node Kafka in this process, on the address kafka.bootstrap.servers."
              + " Its data are in DIR, or without DIR in a temporary folder.")
  private @Nullable String folder;

  /** Starts the Kafka. Null without the option. */
  @Nullable EmbeddedBroker start(MillraceConfig config) {
    if (folder == null) {
      return null;
    }
    HostAndPort address = HostAndPort.of(config);
    return folder.equals(TEMPORARY)
        ? EmbeddedBroker.startTemporary(address.host(), address.port())
        : EmbeddedBroker.start(address.host(), address.port(), Path.of(folder));
  }
}
