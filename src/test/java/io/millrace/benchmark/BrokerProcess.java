package io.millrace.benchmark;

import io.millrace.broker.EmbeddedBroker;

/**
 * An embedded broker in a process of its own: prints where it listens, runs until its standard
 * input ends, which it does when whoever started it is gone.
 */
final class BrokerProcess {
  private BrokerProcess() {}

  public static void main(String[] args) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("127.0.0.1", 0)) {
      System.out.println(broker.bootstrapServers());
      while (System.in.read() >= 0) {
        // until the end
      }
    }
  }
}
