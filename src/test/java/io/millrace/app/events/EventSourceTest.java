package io.millrace.app.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class EventSourceTest {
  private static final int EVENTS = 20_000;
  private static final String EVENT = "{\"a\":1}\n";

  /** Counts the requests to the stream below, whatever they ask for. */
  private static final class CountedReads extends FilterInputStream {
    private int count;

    CountedReads(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      count++;
      return super.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      count++;
      return super.read(bytes, offset, length);
    }
  }

  /** JSON lines are read byte by byte, which a stream without a buffer passes on as it is. */
  @Test
  void shouldReadAPlainFileInLargePieces() throws IOException {
    CountedReads file = new CountedReads(new ByteArrayInputStream(events()));

    assertThat(bytesOneByOne(EventSource.unpacked("a.jsonl", file))).isEqualTo(events().length);

    assertThat(file.count).isLessThan(10);
  }

  /** A single byte costs the unpacker a call into native code: it must give many at a time. */
  @Test
  void shouldUnpackInLargePieces() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(events());
    }
    InputStream in =
        EventSource.unpacked("a.jsonl.gz", new ByteArrayInputStream(packed.toByteArray()));

    assertThat(in.read()).isEqualTo('{');

    // What is there without a call of the unpacker, which itself says 1.
    assertThat(in.available()).isGreaterThan(1_000);
    assertThat(1 + bytesOneByOne(in)).isEqualTo(events().length);
  }

  private static byte[] events() {
    return EVENT.repeat(EVENTS).getBytes(UTF_8);
  }

  private static int bytesOneByOne(InputStream in) throws IOException {
    int bytes = 0;
    while (in.read() >= 0) {
      bytes++;
    }
    return bytes;
  }
}
