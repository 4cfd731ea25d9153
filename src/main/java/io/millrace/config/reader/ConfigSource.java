package io.millrace.config.reader;

import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A configuration to read.
 *
 * @param name its name in faults
 * @param folder that the files it names are relative to
 */
record ConfigSource(String name, String yaml, Path folder) {

  static ConfigSource of(Path file) throws ConfigException {
    try {
      if (Files.isDirectory(file)) {
        throw unreadable(file, "is a directory: name the YAML file in it");
      }
      Path folder = file.resolveSibling("").toAbsolutePath();
      return new ConfigSource(file.toString(), Files.readString(file), folder);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "no such file");
    } catch (AccessDeniedException e) {
      throw unreadable(file, "cannot be read: permission denied");
    } catch (CharacterCodingException e) {
      throw unreadable(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw unreadable(file, "cannot be read: " + e.getMessage());
    }
  }

  private static ConfigException unreadable(Path file, String message) {
    return new ConfigException(List.of(new Fault("", file.toString(), message)));
  }
}
