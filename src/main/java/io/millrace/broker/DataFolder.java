package io.millrace.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds a broker's data, checked before Kafka sees it: for most of these mistakes
 * Kafka would print a stack trace, or write its files into a foreign folder.
 *
 * <p>While it is open, only this broker uses it. {@link #close} releases it, and deletes it if it
 * is temporary.
 */
final class DataFolder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

  private static final String LOCK = ".lock"; // Kafka's own, held while it runs
  private static final String META_PROPERTIES = "meta.properties"; // what Kafka knows a folder by

  /** What the system says when a process has reached its limit. */
  static final String TOO_MANY_FILES = "Too many open files";

  private static final int FILES_OF_A_PARTITION = 4;

  private static final long LITTLE_SPACE = 20L << 20; // two index files of 10 MB

  /**
   * The content of a folder whose formatting was interrupted: {@code meta.properties} is written
   * last.
   */
  private static final Set<String> LEFT_BY_FORMAT =
      Set.of(LOCK, "bootstrap.checkpoint", "bootstrap.checkpoint.tmp", "meta.properties.tmp");

  /**
   * The folders in use in this process. Kafka's lock alone is not enough: on Linux, merely opening
   * and closing the locked file a second time in one process releases the lock.
   */
  private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final boolean temporary;

  private DataFolder(Path path, boolean temporary) {
    this.path = path;
    this.temporary = temporary;
  }

  /**
   * Opens a folder, and creates it if necessary.
   *
   * @param nodeId the Kafka node that the data must belong to, if there are any
   * @throws BrokerException if the folder cannot hold a broker's data, or holds something else, or
   *     is in use
   */
  static DataFolder open(Path directory, int nodeId) {
    Path path = create(directory);
    if (!IN_USE.add(path)) {
      throw inUse(path);
    }
    DataFolder folder = new DataFolder(path, false);
    try {
      folder.check(nodeId);
      return folder;
    } catch (IOException e) {
      folder.close();
      throw new BrokerException("Cannot read the data folder " + path + ": " + reason(e), e);
    } catch (BrokerException e) {
      folder.close();
      throw e;
    }
  }

  /** Creates a folder that lives until {@link #close}. A killed process leaves it behind. */
  static DataFolder temporary() {
    try {
      Path path = Files.createTempDirectory("millrace-kafka-").toRealPath();
      IN_USE.add(path);
      return new DataFolder(path, true);
    } catch (IOException e) {
      throw new BrokerException("Cannot create a temporary data folder: " + reason(e), e);
    }
  }

  private static Path create(Path directory) {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BrokerException("The data folder " + directory + " is a file. Choose a folder.");
    }
    try {
      return Files.createDirectories(directory.toAbsolutePath()).toRealPath();
    } catch (IOException e) {
      throw new BrokerException("Cannot create the data folder " + directory + ": " + reason(e), e);
    }
  }

  private void check(int nodeId) throws IOException {
    if (!Files.isWritable(path)) {
      throw new BrokerException("The data folder " + path + " is not writable for this user.");
    }
    if (path.toString().contains(",")) { // Kafka takes a list of folders
      throw new BrokerException(
          "The data folder " + path + " has a comma in its name, which Kafka cannot handle.");
    }
    if (!isFormatted()) {
      checkNothingElse();
    } else {
      checkNode(nodeId);
    }
    if (isLocked()) {
      throw inUse(path);
    }
  }

  private void checkNothingElse() throws IOException {
    List<String> others = otherFiles();
    if (!others.isEmpty()) {
      throw new BrokerException(
          "The folder "
              + path
              + " is not a Kafka data folder and not empty (it has "
              + String.join(", ", others)
              + "). Choose a new folder.");
    }
  }

  private List<String> otherFiles() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !LEFT_BY_FORMAT.contains(name))
          .sorted()
          .limit(3)
          .collect(Collectors.toList());
    }
  }

  private void checkNode(int nodeId) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path.resolve(META_PROPERTIES))) {
      properties.load(reader);
    }
    String found = properties.getProperty("node.id");
    if (!String.valueOf(nodeId).equals(found)) {
      throw new BrokerException(
          "The data folder "
              + path
              + " belongs to another Kafka (node.id is "
              + found
              + ", not "
              + nodeId
              + "). Choose another folder.");
    }
  }

  private boolean isLocked() throws IOException {
    try (FileChannel file = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      return lock == null;
    } catch (NoSuchFileException e) {
      return false;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  static BrokerException inUse(Path path) {
    return new BrokerException(
        "The data folder "
            + path
            + " is in use by another broker. Stop that broker, or choose another folder.");
  }

  Path path() {
    return path;
  }

  /** Whether Kafka has formatted this folder before. */
  boolean isFormatted() {
    return Files.exists(path.resolve(META_PROPERTIES));
  }

  /** Whether the disk has no room for the index files of one more partition. */
  boolean isFull() {
    try {
      return Files.getFileStore(path).getUsableSpace() < LITTLE_SPACE;
    } catch (IOException e) {
      return false; // then another problem will show
    }
  }

  /** Whether this process may not open some more files, as one more partition needs them. */
  boolean isShortOfFiles() {
    List<InputStream> opened = new ArrayList<>();
    try {
      while (opened.size() < FILES_OF_A_PARTITION) {
        opened.add(Files.newInputStream(path.resolve(META_PROPERTIES)));
      }
      return false;
    } catch (IOException e) {
      return isShortOfFiles(String.valueOf(e.getMessage()));
    } finally {
      opened.forEach(DataFolder::closeQuietly);
    }
  }

  /** Whether the system says so in this message. */
  static boolean isShortOfFiles(String message) {
    return message.contains(TOO_MANY_FILES);
  }

  private static void closeQuietly(InputStream file) {
    try {
      file.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  @Override
  public void close() {
    if (temporary) {
      delete();
    }
    IN_USE.remove(path);
  }

  private void delete() {
    try {
      Files.walkFileTree(path, new Deletion());
    } catch (IOException | UncheckedIOException e) { // no reason to fail: the broker has stopped
      log.warn("Cannot delete the temporary folder {}: {}", path, e.toString());
    }
  }

  /** The problem with a file. Java's message is often just the name of the file. */
  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + ", " + e.getMessage();
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
