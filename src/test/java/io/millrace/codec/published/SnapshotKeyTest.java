package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotKeyTest {
  @Test
  void shouldReadBackWhatItWrote() {
    for (String model : new String[] {"flights", "a@b", "a@", "@1x", "f\u00fcr@1 ", "x@1@y", "1"}) {
      SnapshotKey newest = SnapshotKey.newest(model);
      SnapshotKey kept = SnapshotKey.kept(model, 812);

      assertThat(SnapshotKey.read(newest.bytes())).contains(newest);
      assertThat(SnapshotKey.read(kept.bytes())).contains(kept);
      assertThat(new String(kept.bytes(), UTF_8)).isEqualTo(model + "@812");
    }
  }

  @Test
  void shouldTakeARecordWithoutAKeyForNobodys() {
    assertThat(SnapshotKey.read(null)).isEmpty();
  }
}
