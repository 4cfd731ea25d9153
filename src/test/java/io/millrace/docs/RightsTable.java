package io.millrace.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/** The table of access rights on the page on operations: which command needs which. */
final class RightsTable {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern IN_ADDITION = Pattern.compile("`run` with `([^`]+)`, in addition");
  private static final String LABELS = "the topic of the labels";

  /**
   * One right.
   *
   * @param name as the page writes it: the key of a topic, or a name with {@code APP}
   */
  record Right(ResourceType type, PatternType pattern, String name, AclOperation operation) {
    /** The key under which the page speaks of the topic of the labels, which has none. */
    static final String LABELS_TOPIC = "labels";
  }

  private final Map<String, List<Right>> rights = new LinkedHashMap<>();

  private RightsTable() {}

  static RightsTable read() {
    RightsTable table = new RightsTable();
    List<String> commands = List.of();
    for (List<String> row : Page.named("operations.md").rows("command", "resource", "operations")) {
      commands = row.get(0).isEmpty() ? commands : commands(row.get(0));
      for (String command : commands) {
        List<Right> known = table.rights.computeIfAbsent(command, each -> new ArrayList<>());
        known.addAll(rights(row.get(1), row.get(2)));
      }
    }
    return table;
  }

  private static List<String> commands(String cell) {
    var addition = IN_ADDITION.matcher(cell);
    return addition.matches() ? List.of("run with " + addition.group(1)) : codes(cell).toList();
  }

  private static List<Right> rights(String resource, String operations) {
    if (operations.startsWith("none")) {
      return List.of();
    }
    boolean isPrefix = resource.contains("prefix");
    ResourceType type =
        resource.startsWith("topic") || resource.equals(LABELS)
            ? ResourceType.TOPIC
            : resource.startsWith("group") ? ResourceType.GROUP : ResourceType.TRANSACTIONAL_ID;
    if (type == ResourceType.TRANSACTIONAL_ID && !resource.startsWith("transactional ID")) {
      throw new AssertionError("No resource is known that is called: " + resource);
    }
    // What stands after a colon is an explanation.
    Stream<String> names =
        resource.equals(LABELS)
            ? Stream.of(Right.LABELS_TOPIC)
            : codes(resource.replaceFirst(":.*", ""));
    return names
        .flatMap(
            name ->
                Stream.of(operations.split(", ", -1))
                    .map(
                        operation ->
                            new Right(
                                type,
                                isPrefix ? PatternType.PREFIXED : PatternType.LITERAL,
                                name,
                                operation(operation))))
        .toList();
  }

  /** {@code DescribeConfigs} is {@code DESCRIBE_CONFIGS}. */
  private static AclOperation operation(String text) {
    return AclOperation.valueOf(
        text.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
  }

  private static Stream<String> codes(String cell) {
    return CODE.matcher(cell).results().map((MatchResult code) -> code.group(1));
  }

  /** Every command of the table, in its order. */
  List<String> commands() {
    return List.copyOf(rights.keySet());
  }

  /** The rights of some rows together. */
  List<Right> of(String... commands) {
    return Stream.of(commands)
        .flatMap(
            command -> {
              if (!rights.containsKey(command)) {
                throw new AssertionError("The table has no row of " + command);
              }
              return rights.get(command).stream();
            })
        .distinct()
        .toList();
  }
}
