package io.millrace.app.kafka;

import io.millrace.app.process.ExitException;
import io.millrace.config.MillraceConfig;
import java.util.Locale;
import org.apache.kafka.common.utils.Utils;

/** The address on which an embedded broker listens. */
public record HostAndPort(String host, int port) {

  /**
   * The one address of {@code kafka.bootstrap.servers}.
   *
   * @throws ExitException when it is not one
   */
  public static HostAndPort of(MillraceConfig config) {
    String address = config.bootstrapServers();
    String host = Utils.getHost(address);
    Integer port = Utils.getPort(address);
    if (address.contains(",") || host == null || port == null) {
      throw ExitException.usage(
          String.format(
              Locale.ROOT,
              "kafka.bootstrap.servers: the embedded broker listens on one host:port, got \"%s\"",
              address));
    }
    return new HostAndPort(host, port);
  }
}
