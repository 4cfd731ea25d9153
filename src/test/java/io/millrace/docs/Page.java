package io.millrace.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation in Markdown.
 *
 * @param blocks the blocks of code, in their order
 * @param tables the tables, in their order
 * @param prose the lines outside of the blocks of code
 */
record Page(Path file, List<Block> blocks, List<Table> tables, List<String> prose) {
  static final Path README = Path.of("README.md");
  static final Path FOLDER = Path.of("src/docs");

  private static final String FENCE = "```";
  private static final Pattern RULE = Pattern.compile("\\|[-|: ]+\\|");

  /** A column ends at a bar outside of code. */
  private static final Pattern CELL = Pattern.compile("\\|((?:`[^`]*`|[^|`])*)(?=\\|)");

  /**
   * A block of code.
   *
   * @param line where it begins, from 1
   * @param info the language, and what the page marks the block as
   */
  record Block(Path file, int line, String info, String text) {
    boolean is(String wanted) {
      return info.equals(wanted);
    }

    /** For the message of a test that fails. */
    String place() {
      return file + ":" + line;
    }

    @Override
    public String toString() {
      return place() + " " + info;
    }
  }

  /** The rows of a table under its head, each a list of cells. */
  record Table(List<String> head, List<List<String>> rows) {}

  /** The README and every page in {@link #FOLDER}. */
  static List<Page> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return Stream.concat(
              Stream.of(README), files.filter(file -> file.toString().endsWith(".md")).sorted())
          .map(Page::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Page named(String name) {
    return read(FOLDER.resolve(name));
  }

  static Page read(Path file) {
    List<Block> blocks = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    List<String> prose = new ArrayList<>();
    List<String> lines = lines(file);
    boolean inTable = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(FENCE)) {
        int begin = i++;
        while (!lines.get(i).equals(FENCE)) {
          i++;
        }
        String text = String.join("\n", lines.subList(begin + 1, i)) + "\n";
        blocks.add(new Block(file, begin + 1, line.substring(FENCE.length()).strip(), text));
        continue;
      }
      prose.add(line);
      if (RULE.matcher(line).matches()) {
        tables.add(new Table(cells(lines.get(i - 1)), new ArrayList<>()));
        inTable = true;
      } else if (inTable && line.startsWith("|")) {
        tables.get(tables.size() - 1).rows().add(cells(line));
      } else {
        inTable = false;
      }
    }
    return new Page(file, blocks, tables, prose);
  }

  private static List<String> cells(String row) {
    return CELL.matcher(row).results().map(cell -> cell.group(1).strip()).toList();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks(String info) {
    return blocks.stream().filter(block -> block.is(info)).toList();
  }

  /** The one block of this kind that contains the text. */
  Block block(String info, String text) {
    List<Block> found = blocks(info).stream().filter(block -> block.text().contains(text)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          "%s has %d blocks \"%s\" with %s".formatted(file, found.size(), info, text));
    }
    return found.get(0);
  }

  /** The rows of every table with this head. */
  List<List<String>> rows(String... head) {
    return tables.stream()
        .filter(table -> table.head().equals(List.of(head)))
        .flatMap(table -> table.rows().stream())
        .toList();
  }

  /** What comes after a {@code #} in a link to a heading of this page, as GitHub makes it. */
  List<String> anchors() {
    return prose.stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  /** Where the links and pictures of the page lead. */
  List<String> links() {
    Matcher link = Pattern.compile("\\]\\(([^)\\s]+)\\)").matcher(String.join("\n", prose));
    return link.results().map(found -> found.group(1)).toList();
  }
}
