package io.millrace.app.events;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.app.process.StandardInput;
import io.millrace.codec.event.BinaryExampleDecoder;
import io.millrace.codec.event.ExampleDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file with one event or several. */
public final class EventFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private EventFile() {}

  /**
   * Reads the events, broken ones included.
   *
   * @param file its name, or {@code -} for standard input
   * @param decoder what will decode them
   */
  public static List<byte[]> read(String file, ExampleDecoder decoder) throws IOException {
    byte[] bytes;
    try (InputStream in =
        file.equals("-")
            ? StandardInput.open()
            : EventSource.unpacked(file, Files.newInputStream(Path.of(file)))) {
      bytes = in.readAllBytes();
    }
    return decoder instanceof BinaryExampleDecoder binary
        ? records(bytes, binary.recordBytes())
        : json(bytes);
  }

  private static List<byte[]> records(byte[] bytes, long length) {
    if (bytes.length == 0 || bytes.length % length != 0) {
      return List.of(bytes);
    }
    List<byte[]> records = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += (int) length) {
      records.add(Arrays.copyOfRange(bytes, at, at + (int) length));
    }
    return records;
  }

  /** One event over any number of lines, or JSON lines with one object per line. */
  private static List<byte[]> json(byte[] bytes) throws IOException {
    if (isJson(bytes)) {
      return List.of(bytes);
    }
    List<byte[]> lines = new ArrayList<>();
    try (JsonLines source = new JsonLines(new ByteArrayInputStream(bytes))) {
      for (byte[] line = source.next(); line != null; line = source.next()) {
        lines.add(line);
      }
    }
    return lines.stream().anyMatch(EventFile::isJson) ? lines : List.of(bytes);
  }

  private static boolean isJson(byte[] bytes) {
    try {
      JsonNode tree = JSON.readTree(bytes);
      return tree != null && tree.isContainerNode();
    } catch (IOException e) {
      return false;
    }
  }
}
