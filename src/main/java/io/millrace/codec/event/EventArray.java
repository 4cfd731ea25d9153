package io.millrace.codec.event;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.FormatException;
import io.millrace.codec.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Takes apart what may be one JSON event or an array of them. */
public final class EventArray {
  private EventArray() {}

  /**
   * The bytes of each event.
   *
   * @param body whatever is no array is one event
   * @param most the most events that are wanted; no more than one above that are returned
   * @throws FormatException when the array is not JSON
   */
  public static List<byte[]> split(byte[] body, int most) {
    int start = 0;
    while (start < body.length && body[start] <= ' ') {
      start++;
    }
    if (start == body.length || body[start] != '[') {
      return List.of(body);
    }
    try (JsonParser json = JsonExampleDecoder.parser(body)) {
      return events(json, body, most);
    } catch (JacksonException e) {
      throw new FormatException(Text.broken(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory cannot fail", e);
    }
  }

  private static List<byte[]> events(JsonParser json, byte[] body, int most) throws IOException {
    List<byte[]> events = new ArrayList<>();
    json.nextToken();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (events.size() > most) {
        return events;
      }
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw new FormatException(
            String.format(
                Locale.ROOT,
                "Event %d: expected a JSON object, got %s",
                events.size(),
                Rejections.shown(json)));
      }
      int from = (int) json.currentTokenLocation().getByteOffset();
      json.skipChildren();
      int to = (int) json.currentLocation().getByteOffset();
      events.add(Arrays.copyOfRange(body, from, to));
    }
    if (json.nextToken() != null) {
      throw new FormatException(
          "Expected one array and nothing after it, got " + Rejections.shown(json));
    }
    return events;
  }
}
