package io.millrace.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;

/**
 * A port that is opened before Kafka starts. Kafka gets the open socket, so no other program can
 * take a free port in between, and a port in use is reported in one sentence before Kafka starts.
 *
 * <p>Kafka closes the socket when it stops; {@link #close} is for a start that fails earlier, and
 * has no effect otherwise.
 */
final class ListeningSocket implements AutoCloseable {
  private static final int BACKLOG = 50; // Kafka's own default

  private final String host;
  private final int port;
  private final ServerSocketChannel channel;

  private ListeningSocket(String host, int port, ServerSocketChannel channel) {
    this.host = host;
    this.port = port;
    this.channel = channel;
  }

  /**
   * Opens a port for clients.
   *
   * @param port 0 for any free one
   * @throws BrokerException if the host is not an address of this machine or the port is in use
   */
  static ListeningSocket forClients(String host, int port) {
    InetSocketAddress address = addressOf(host, port);
    try {
      return bind(host, address);
    } catch (IOException e) {
      throw new BrokerException(whyNotBound(host, port, e), e);
    }
  }

  /** Opens a free port that only this machine can reach. */
  static ListeningSocket onLoopback() {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      return bind(loopback.getHostAddress(), new InetSocketAddress(loopback, 0));
    } catch (IOException e) {
      throw new BrokerException("No free port on the loopback interface: " + e.getMessage(), e);
    }
  }

  private static ListeningSocket bind(String host, InetSocketAddress address) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.bind(address, BACKLOG);
      return new ListeningSocket(host, channel.socket().getLocalPort(), channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static InetSocketAddress addressOf(String host, int port) {
    if (port < 0 || port > 65535) {
      throw new BrokerException(
          "Cannot listen on "
              + join(host, port)
              + ": the port must be from 0 to 65535. Change kafka.bootstrap.servers.");
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new BrokerException(
          "Cannot listen on "
              + join(host, port)
              + ": the host name has no address. Change kafka.bootstrap.servers.");
    }
    if (address
        .getAddress()
        .isAnyLocalAddress()) { // clients get this address for later connections
      throw new BrokerException(
          "Cannot listen on "
              + join(host, port)
              + ": it means every interface, and clients need one address."
              + " Set kafka.bootstrap.servers to a name or an address of this machine.");
    }
    return address;
  }

  private static String whyNotBound(String host, int port, IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (e instanceof SocketException && reason.toLowerCase(Locale.ROOT).contains("in use")) {
      return "Port "
          + join(host, port)
          + " is in use by another program, perhaps another Kafka."
          + " Stop it, or choose another port in kafka.bootstrap.servers.";
    }
    return "Cannot listen on "
        + join(host, port)
        + " ("
        + reason
        + "): kafka.bootstrap.servers must name an address of this machine"
        + " and a port that this user may open.";
  }

  /** The socket itself, open until Kafka or {@link #close} closes it. */
  ServerSocketChannel channel() {
    return channel;
  }

  /** {@code host:port} for clients, with the actual port. */
  String address() {
    return join(host, port);
  }

  /** The same for Java. */
  InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }

  private static String join(String host, int port) {
    return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
