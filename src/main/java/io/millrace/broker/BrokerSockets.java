package io.millrace.broker;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/**
 * The two sockets of a broker: one for its clients, one for its controller, which only the broker
 * itself uses. The port of the controller may differ between starts: KRaft knows its one voter by
 * number, and stores no address.
 */
final class BrokerSockets implements AutoCloseable {
  private final ListeningSocket clients;
  private final ListeningSocket controller;

  private BrokerSockets(ListeningSocket clients, ListeningSocket controller) {
    this.clients = clients;
    this.controller = controller;
  }

  /**
   * Opens both.
   *
   * @throws BrokerException if the host and port for clients cannot be used
   */
  static BrokerSockets open(String host, int port) {
    ListeningSocket clients = ListeningSocket.forClients(host, port);
    try {
      return new BrokerSockets(clients, ListeningSocket.onLoopback());
    } catch (BrokerException e) {
      clients.close();
      throw e;
    }
  }

  /** The socket for the listener of this name. */
  ServerSocketChannel channel(String listener) {
    return (listener.equals(BrokerSettings.CLIENTS) ? clients : controller).channel();
  }

  /** {@code host:port} for clients. */
  String clientAddress() {
    return clients.address();
  }

  /** {@code host:port} of the controller. */
  String controllerAddress() {
    return controller.address();
  }

  /** The controller's address as KRaft's one voter has it. */
  InetSocketAddress voter() {
    return controller.socketAddress();
  }

  @Override
  public void close() {
    clients.close();
    controller.close();
  }
}
