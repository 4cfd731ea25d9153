package io.millrace.testing;

import com.github.dockerjava.api.model.ContainerNetwork;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;

/**
 * Three brokers, each in a container of its own, as people run them: every topic has three replicas
 * unless its creator says otherwise, and a write counts when two of them have it.
 *
 * <p>Brokers are named by their Kafka ids, 1 to 3. Each keeps its address on this machine, whatever
 * happens to it.
 */
public final class KafkaCluster implements AutoCloseable {
  private static final int BROKERS = 3;
  private static final int CLIENTS_PORT = 9092;

  private final Network network = Network.newNetwork();
  private final List<Broker> brokers;

  private KafkaCluster() {
    brokers =
        IntStream.rangeClosed(1, BROKERS)
            .mapToObj(id -> new Broker(id, FreePorts.next(), network))
            .toList();
  }

  /** Starts the three, empty. */
  public static KafkaCluster start() {
    KafkaCluster cluster = new KafkaCluster();
    try {
      Startables.deepStart(cluster.brokers).join();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** {@code host:port} of each, for clients. */
  public String bootstrapServers() {
    return brokers.stream().map(Broker::address).collect(Collectors.joining(","));
  }

  /** SIGKILL: the process ends at once, its data stay. */
  public void kill(int id) {
    DockerClientFactory.lazyClient().killContainerCmd(broker(id).getContainerId()).exec();
  }

  /** Starts a killed broker again, on its data. */
  public void startAgain(int id) {
    DockerClientFactory.lazyClient().startContainerCmd(broker(id).getContainerId()).exec();
  }

  /** Takes a broker off the network: it runs on, and nobody hears it. */
  public void cut(int id) {
    DockerClientFactory.lazyClient()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(broker(id).getContainerId())
        .exec();
  }

  /** Puts a broker back on the network, under its name. */
  public void join(int id) {
    DockerClientFactory.lazyClient()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(broker(id).getContainerId())
        .withContainerNetwork(new ContainerNetwork().withAliases(Broker.name(id)))
        .exec();
  }

  private Broker broker(int id) {
    return brokers.get(id - 1);
  }

  @Override
  public void close() {
    brokers.forEach(Broker::stop);
    network.close();
  }

  /** One of the three; the controllers' quorum is the same three processes. */
  private static final class Broker extends GenericContainer<Broker> {
    private static final String QUORUM =
        IntStream.rangeClosed(1, BROKERS)
            .mapToObj(id -> id + "@" + name(id) + ":9094")
            .collect(Collectors.joining(","));

    private final String address;

    Broker(int id, int port, Network network) {
      super(KafkaImage.name());
      address = "localhost:" + port;
      withNetwork(network);
      withNetworkAliases(name(id));
      setPortBindings(List.of("127.0.0.1:%d:%d".formatted(port, CLIENTS_PORT)));
      withEnv(settings(id));
      waitingFor(Wait.forLogMessage(".*Transitioning from RECOVERY to RUNNING.*", 1));
      withStartupTimeout(TestTopics.PATIENCE);
    }

    static String name(int id) {
      return "kafka-" + id;
    }

    String address() {
      return address;
    }

    private Map<String, String> settings(int id) {
      return Map.ofEntries(
          Map.entry("CLUSTER_ID", "4L6g3nShT-eMCtK--X86sw"),
          Map.entry("KAFKA_NODE_ID", Integer.toString(id)),
          Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
          Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", QUORUM),
          Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
          Map.entry("KAFKA_INTER_BROKER_LISTENER_NAME", "BROKER"),
          Map.entry(
              "KAFKA_LISTENERS",
              "CLIENT://:%d,BROKER://:9093,CONTROLLER://:9094".formatted(CLIENTS_PORT)),
          Map.entry(
              "KAFKA_ADVERTISED_LISTENERS",
              "CLIENT://%s,BROKER://%s:9093".formatted(address, name(id))),
          Map.entry(
              "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
              "CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
          Map.entry("KAFKA_LOG_DIRS", "/var/lib/kafka/data"),
          Map.entry("KAFKA_DEFAULT_REPLICATION_FACTOR", "3"),
          Map.entry("KAFKA_MIN_INSYNC_REPLICAS", "2"),
          Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3"),
          Map.entry("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3"),
          Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "3"),
          Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "2"),
          Map.entry("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "3"),
          Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
          Map.entry("KAFKA_HEAP_OPTS", "-Xmx384m"));
    }
  }
}
