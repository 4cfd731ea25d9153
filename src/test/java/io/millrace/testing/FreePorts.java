package io.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for those who must name one before they open it, or open it again after a while. They are
 * not among those that the system hands out, to a client's socket or to a server that asks for any
 * port: one of these could be gone before it is opened. None is given twice.
 */
public final class FreePorts {
  private static final int LOWEST = 10_000;

  /** Where Linux begins to hand out, unless told otherwise. */
  private static final int USUAL = 32_768;

  private static final int END = firstOfTheSystem();

  /** Processes that run side by side begin at different ones. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(Math.floorMod((int) ProcessHandle.current().pid() * 61, END - LOWEST));

  private FreePorts() {}

  /** A port of loopback on which nobody listens. */
  public static int next() {
    for (int tries = LOWEST; tries < END; tries++) {
      int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), END - LOWEST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // somebody's
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new AssertionError("No free port below " + END);
  }

  private static int firstOfTheSystem() {
    Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    try {
      int first = Integer.parseInt(Files.readString(range).strip().split("\\s+", 2)[0]);
      return first > LOWEST + 1_000 ? first : USUAL;
    } catch (IOException e) {
      return USUAL; // another system
    }
  }
}
