package io.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.FreePorts;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker from start to end, and the mistakes that keep it from starting. */
@Tag("embedded")
final class EmbeddedBrokerIT {
  private static final String HOST = "127.0.0.1";

  @TempDir private Path folder;

  @Test
  void shouldReadCommittedTransactionsOnly() {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(HOST, 0);
        TestTopics topics = new TestTopics(broker.bootstrapServers())) {
      String topic = topics.create("transactions", 1);

      writeInTransaction(topics, topic, "committed", true);
      writeInTransaction(topics, topic, "aborted", false);
      writeInTransaction(topics, topic, "committed too", true);

      assertThat(values(topics, topic, 2)).containsExactly("committed", "committed too");
    }
  }

  @Test
  void shouldKeepItsDataAcrossRestartsOnAnyPort() {
    String topic;
    int port = FreePorts.next();
    try (EmbeddedBroker broker = EmbeddedBroker.start(HOST, port, folder);
        TestTopics topics = new TestTopics(broker.bootstrapServers())) {
      topic = topics.create("kept", 1, Map.of("segment.bytes", "16777216"));
      writeInTransaction(topics, topic, "first life", true);
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(HOST, port, folder);
        TestTopics topics = new TestTopics(broker.bootstrapServers())) {
      assertThat(broker.bootstrapServers()).isEqualTo(HOST + ":" + port);
      assertThat(values(topics, topic, 1)).containsExactly("first life");
      writeInTransaction(topics, topic, "second life", true);
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(HOST, 0, folder);
        TestTopics topics = new TestTopics(broker.bootstrapServers())) {
      assertThat(values(topics, topic, 2)).containsExactly("first life", "second life");
      assertThat(topics.config(topic)).containsEntry("segment.bytes", "16777216");
    }
  }

  @Test
  void shouldRunBesideAnother() {
    try (EmbeddedBroker one = EmbeddedBroker.startTemporary(HOST, 0);
        EmbeddedBroker two = EmbeddedBroker.start(HOST, 0, folder);
        TestTopics topicsOfOne = new TestTopics(one.bootstrapServers());
        TestTopics topicsOfTwo = new TestTopics(two.bootstrapServers())) {
      String topic = topicsOfOne.create("mine", 1);
      writeInTransaction(topicsOfOne, topic, "one", true);

      assertThat(values(topicsOfOne, topic, 1)).containsExactly("one");
      assertThat(topicsOfOne.exists(topic)).isTrue();
      assertThat(topicsOfTwo.exists(topic)).isFalse();
    }
  }

  @Test
  void shouldDeleteItsTemporaryFolder() {
    EmbeddedBroker broker = EmbeddedBroker.startTemporary(HOST, 0);
    assertThat(broker.directory()).isDirectoryContaining("glob:**/meta.properties");

    broker.close();
    broker.close();

    assertThat(broker.directory()).doesNotExist();
  }

  @Test
  void shouldTellWhenItsFilesAreGone() throws Exception {
    Path data = folder.resolve("data");
    CompletableFuture<String> told = new CompletableFuture<>();
    CompletableFuture<String> toldOther = new CompletableFuture<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(HOST, 0, data);
        EmbeddedBroker other = EmbeddedBroker.startTemporary(HOST, 0);
        TestTopics topics = new TestTopics(broker.bootstrapServers())) {
      broker.onFatal(told::complete);
      other.onFatal(toldOther::complete);

      topics.create("before", 1);
      Files.move(data, folder.resolve("elsewhere")); // in one step, while Kafka writes
      // Nobody waits for this topic: Kafka fails when it wants to make a folder for it.
      CompletableFuture<?> unused = CompletableFuture.runAsync(() -> topics.create("after", 1));

      assertThat(told.get(TestTopics.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .endsWith(data + " failed: its files were deleted.");
      assertThat(toldOther).isNotDone();
    }
  }

  @Test
  void shouldSayThatThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefusal(() -> EmbeddedBroker.start(HOST, taken.getLocalPort(), folder))
          .hasMessageStartingWith(
              "Port 127.0.0.1:" + taken.getLocalPort() + " is in use by another program")
          .hasMessageContaining("kafka.bootstrap.servers");
    }
  }

  @Test
  void shouldSayThatTheHostIsNotThisMachine() {
    assertRefusal(() -> EmbeddedBroker.start("192.0.2.1", 0, folder))
        .hasMessageStartingWith("Cannot listen on 192.0.2.1:0")
        .hasMessageContaining("an address of this machine");
    assertRefusal(() -> EmbeddedBroker.start("no-such-host.invalid", 9092, folder))
        .hasMessageContaining("has no address");
    assertRefusal(() -> EmbeddedBroker.start("0.0.0.0", 9092, folder))
        .hasMessageContaining("every interface");
  }

  @Test
  void shouldSayThatTheFolderIsInUse() throws IOException {
    try (EmbeddedBroker first = EmbeddedBroker.start(HOST, 0, folder);
        TestTopics topics = new TestTopics(first.bootstrapServers())) {
      assertRefusal(() -> EmbeddedBroker.start(HOST, 0, folder))
          .hasMessageContaining(folder + " is in use by another broker");
      topics.create("undisturbed", 1);
    }
  }

  @Test
  void shouldSayThatTheFolderIsLocked() throws IOException {
    try (FileChannel lock =
        FileChannel.open(
            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();

      assertRefusal(() -> EmbeddedBroker.start(HOST, 0, folder))
          .hasMessageContaining(folder + " is in use by another broker");
    }
  }

  @Test
  void shouldSayThatTheFolderIsNone() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertRefusal(() -> EmbeddedBroker.start(HOST, 0, file))
        .hasMessage("The data folder " + file + " is a file. Choose a folder.");
    assertRefusal(() -> EmbeddedBroker.start(HOST, 0, file.resolve("below")))
        .hasMessageStartingWith("Cannot create the data folder " + file);
  }

  @Test
  void shouldLeaveFoldersOfOthersAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "");

    assertRefusal(() -> EmbeddedBroker.start(HOST, 0, folder))
        .hasMessageContaining("is not a Kafka data folder and not empty (it has thesis.tex)");

    assertThat(folder).isDirectoryNotContaining(path -> !path.endsWith("thesis.tex"));
  }

  @Test
  void shouldSayThatTheFolderBelongsToAnotherKafka() throws IOException {
    Files.writeString(folder.resolve("meta.properties"), "version=1\nnode.id=7\ncluster.id=x\n");

    assertRefusal(() -> EmbeddedBroker.start(HOST, 0, folder))
        .hasMessageContaining("belongs to another Kafka (node.id is 7, not 1)");
  }

  @Test
  void shouldSayWhatKafkaDoesNotLike() throws IOException {
    Files.writeString(folder.resolve("meta.properties"), "version=99\nnode.id=1\ncluster.id=x\n");

    assertRefusal(() -> EmbeddedBroker.start(HOST, 0, folder))
        .hasMessageContaining(folder + " cannot start: ");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefusal(
      ThrowingCallable start) {
    return assertThatThrownBy(start).isInstanceOf(BrokerException.class);
  }

  private static void writeInTransaction(
      TestTopics topics, String topic, String value, boolean commit) {
    try (KafkaProducer<byte[], byte[]> producer =
        topics.producer(Map.of("transactional.id", "writer"))) {
      producer.initTransactions();
      producer.beginTransaction();
      var unused = producer.send(new ProducerRecord<>(topic, value.getBytes(UTF_8)));
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.flush(); // so that there is something to hide
        producer.abortTransaction();
      }
    }
  }

  private static List<String> values(TestTopics topics, String topic, int count) {
    return topics.consume(topic, count).stream()
        .map(record -> new String(record.value(), UTF_8))
        .toList();
  }
}
