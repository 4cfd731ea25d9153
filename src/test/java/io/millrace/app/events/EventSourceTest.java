package io.millrace.app.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class EventSourceTest {

  /** JSON lines are read byte by byte, which is slow without a buffer. */
  @Test
  void shouldBufferWhatItUnpacks() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"a\":1}\n".getBytes(UTF_8));
    }

    try (InputStream in =
        EventSource.unpacked("a.jsonl.gz", new ByteArrayInputStream(packed.toByteArray()))) {
      assertThat(in).isInstanceOf(BufferedInputStream.class);
      assertThat(in).hasContent("{\"a\":1}\n");
    }
  }
}
