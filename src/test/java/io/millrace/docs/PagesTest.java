package io.millrace.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.event.JsonExampleDecoder;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.docs.Page.Block;
import io.millrace.example.Features;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.topology.ExampleDecoders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages show can be used as it stands there. */
class PagesTest {
  private static final Pattern MARKED = Pattern.compile("sh|python|yaml( fragment)?|json.*|");

  /**
   * A block with the configuration that it is, or stands below.
   *
   * @param yaml the last whole configuration of the page, with a later fragment laid over it
   */
  record Shown(Block block, String yaml) {
    MillraceConfig config() throws ConfigException {
      return Settings.read(yaml, block.place());
    }

    @Override
    public String toString() {
      return block.toString();
    }
  }

  /** A page without a whole configuration of its own speaks of the README's. */
  private static List<Shown> shown(Page page) {
    List<Shown> all = new ArrayList<>();
    String whole = Page.read(Page.README).blocks("yaml").get(0).text();
    String current = whole;
    for (Block block : page.blocks()) {
      if (block.is("yaml")) {
        whole = block.text();
        current = whole;
      } else if (block.is("yaml fragment")) {
        current = Settings.merged(whole, block.text());
      }
      all.add(new Shown(block, current));
    }
    return all;
  }

  private static Stream<Shown> shown(String info) {
    return Page.all().stream()
        .flatMap(page -> shown(page).stream())
        .filter(s -> s.block().is(info));
  }

  static Stream<Shown> configurations() {
    return Stream.concat(shown("yaml"), shown("yaml fragment"));
  }

  static Stream<Shown> events() {
    return shown("json event");
  }

  static Stream<Shown> labels() {
    return shown("json label");
  }

  static List<Page> pages() {
    return Page.all();
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void shouldShowConfigurationsThatCanBeRead(Shown shown) throws ConfigException {
    MillraceConfig config = shown.config();

    assertThat(config.example().features().inputName(config.model().inputs() - 1)).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("events")
  void shouldShowEventsThatCanBeLearned(Shown shown) throws ConfigException {
    MillraceConfig config = shown.config();

    assertDecoded(
        config.example().labels().isPresent()
            ? ExampleDecoders.withoutLabel(config)
            : ExampleDecoders.of(config),
        shown);
  }

  @ParameterizedTest
  @MethodSource("labels")
  void shouldShowLabelsThatCanBeLearned(Shown shown) throws ConfigException {
    MillraceConfig config = shown.config();

    assertThat(config.example().labels()).isPresent();
    assertDecoded(
        JsonExampleDecoder.ofLabels(
            config.example().label(),
            config.example().features() instanceof Features.Named,
            config.model().output(),
            config.model().outputs()),
        shown);
  }

  private static void assertDecoded(ExampleDecoder decoder, Shown shown) throws ConfigException {
    MillraceConfig config = shown.config();
    ModelConfig model = config.model();
    MiniBatch example =
        new MiniBatch(model.denseInputs(), model.sparseInputs(), model.outputs(), 1);

    assertThat(decoder.decode(shown.block().text().getBytes(UTF_8), example)).isNull();
  }

  /** A block that is marked wrongly would not be tried. */
  @ParameterizedTest
  @MethodSource("pages")
  void shouldMarkEveryBlock(Page page) {
    assertThat(page.blocks()).allMatch(block -> MARKED.matcher(block.info()).matches());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void shouldLinkToWhatIsThere(Page page) {
    for (String link : page.links()) {
      if (link.startsWith("http://") || link.startsWith("https://")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
      assertThat(target.normalize()).as("%s: %s", page.file(), link).exists();
      if (parts.length == 2) {
        assertThat(Page.read(target.normalize()).anchors())
            .as("%s: %s", page.file(), link)
            .contains(parts[1]);
      }
    }
  }

  @Test
  void shouldNameTheReasonsInTheOrderInWhichTheyAreTried() {
    assertThat(Page.named("records.md").rows("reason", "when"))
        .map(row -> row.get(0))
        .containsExactlyElementsOf(
            Stream.of(Reason.values()).map(reason -> "`" + reason.code() + "`").toList());
  }

  /** A title, one sentence, the picture, the two commands. */
  @Test
  void shouldOpenWithWhatItIsAndHowToTryIt() throws Exception {
    String readme = Files.readString(Page.README);

    assertThat(readme)
        .matches(
            Pattern.compile(
                "# Millrace\n\nMillrace is [^.]+\\.\n\n!\\[[^]]+]\\(src/docs/dashboard\\.png\\)\n\n"
                    + "```sh\nmvn -q -Pdemo +#.*\nmvn verify +#.*\n```\n.*",
                Pattern.DOTALL));
    assertThat(readme.lines()).hasSizeLessThanOrEqualTo(150);
  }

  @Test
  void shouldLinkEveryPageFromTheReadme() {
    List<String> links = Page.read(Page.README).links();

    assertThat(Page.all())
        .map(page -> page.file().toString())
        .filteredOn(file -> !file.equals("README.md") && !file.endsWith("scaling.md"))
        .isNotEmpty()
        .isSubsetOf(links);
    assertThat(Page.named("performance.md").links()).contains("scaling.md");
  }
}
