package io.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.web.CostHistory.Cost;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CostHistoryTest {
  private final CostHistory history = new CostHistory();

  private static Cost cost(long batch) {
    return new Cost(batch, Long.toString(batch).getBytes(UTF_8));
  }

  private void add(long from, long to) {
    LongStream.rangeClosed(from, to).forEach(batch -> history.add(cost(batch)));
  }

  private static List<Cost> costs(long... batches) {
    return LongStream.of(batches).mapToObj(CostHistoryTest::cost).toList();
  }

  private List<Long> life() {
    return history.wholeLife().stream().map(json -> Long.valueOf(new String(json, UTF_8))).toList();
  }

  @Test
  void shouldHaveAllOfAShortLife() {
    assertThat(life()).isEmpty();
    assertThat(history.firstBatch()).isZero();

    add(1, 1_500);

    assertThat(life()).containsExactlyElementsOf(LongStream.rangeClosed(1, 1_500).boxed().toList());
    assertThat(history.firstBatch()).isEqualTo(1);
  }

  @Test
  void shouldThinALongLifeEvenlyAndKeepTheLatest() {
    add(1, 1_000_000);

    List<Long> life = life();
    assertThat(life.size()).isBetween(1_900, CostHistory.MOST_SPREAD + CostHistory.MOST_LATEST);
    assertThat(life).isSorted().doesNotHaveDuplicates().startsWith(1L).endsWith(1_000_000L);
    int older = life.size() - CostHistory.MOST_LATEST;
    assertThat(life.subList(older, life.size()))
        .containsExactlyElementsOf(LongStream.rangeClosed(999_001, 1_000_000).boxed().toList());
    for (int i = 1; i < older; i++) {
      assertThat(life.get(i) - life.get(i - 1)).isBetween(500L, 1_100L);
    }
  }

  @Test
  void shouldTakeInWhatIsOlderWheneverItComes() {
    add(5_001, 6_000);
    history.addOlder(costs(1, 1_000, 2_000, 3_000, 4_000));
    add(6_001, 6_002);

    assertThat(life()).startsWith(1L, 1_000L, 2_000L, 3_000L, 4_000L, 5_001L).endsWith(6_002L);
    assertThat(history.firstBatch()).isEqualTo(1);
    assertThat(history.newest(3)).hasSize(3);
    assertThat(history.newest(9_999)).hasSize(1_002);
  }

  @Test
  void shouldShowThePresentLifeAloneAfterANewBeginning() {
    add(990, 1_000);
    add(1, 3);
    history.addOlder(costs(1, 500, 900)); // of the life before

    assertThat(life()).containsExactly(1L, 2L, 3L);
    assertThat(history.newest(100)).as("as they stand in the topic").hasSize(14);
  }

  @Test
  void shouldPassOverEarlierLivesAmongOlderRecords() {
    history.addOlder(costs(1, 700, 1_400, 20, 720));
    add(1_500, 1_501);

    assertThat(life()).containsExactly(20L, 720L, 1_500L, 1_501L);
  }

  /** At-least-once, after a crash. */
  @Test
  void shouldShowARepeatedEndOnce() {
    add(1, 10);
    add(8, 12);

    assertThat(life()).containsExactlyElementsOf(LongStream.rangeClosed(1, 12).boxed().toList());
  }
}
