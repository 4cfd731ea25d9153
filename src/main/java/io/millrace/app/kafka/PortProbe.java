package io.millrace.app.kafka;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Finds out why an address of Kafka does not answer. Kafka's client only reports a timeout. */
final class PortProbe {
  private static final int PATIENCE = (int) Duration.ofSeconds(2).toMillis();

  private PortProbe() {}

  /**
   * Looks at a port.
   *
   * @param address {@code host:port}
   * @param isPlain whether the client speaks without TLS
   * @return a clause such as "nothing listens on this port", if there is an explanation
   */
  static Optional<String> explain(String address, boolean isPlain) {
    try (Socket socket = new Socket()) {
      int colon = address.lastIndexOf(':');
      String host = address.substring(0, colon);
      int port = Integer.parseInt(address.substring(colon + 1).strip());
      socket.connect(new InetSocketAddress(host, port), PATIENCE);
      socket.setSoTimeout(PATIENCE);
      return isPlain && speaksTls(socket, host, port)
          ? Optional.of(
              "the port speaks TLS. Set kafka.security.protocol to SSL or SASL_SSL, and"
                  + " kafka.ssl.truststore.location if its certificate is not public")
          : Optional.empty();
    } catch (ConnectException e) {
      return Optional.of("nothing listens on this port");
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Whether the port answers a TLS handshake, even with a certificate that is not trusted here. */
  private static boolean speaksTls(Socket socket, String host, int port) {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (SSLSocket tls = (SSLSocket) factory.createSocket(socket, host, port, true)) {
      tls.startHandshake();
      return true;
    } catch (IOException e) {
      return Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
          .anyMatch(CertificateException.class::isInstance);
    }
  }
}
