package io.millrace.codec.event;

import io.millrace.codec.plain.ByteTable;
import io.millrace.codec.plain.PlainText;
import io.millrace.codec.plain.PlainValue;
import io.millrace.codec.plain.RecordBuffer;
import io.millrace.example.FieldPath;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configured fields of an event straight from its bytes, where the event is as plain as
 * programs write it. It guesses what stands between two values: mostly byte for byte what stood
 * there in an event before ({@link Gap}). Where the guess fails it looks the name up, and where
 * names come in any order it stops guessing for a while. Values that are not used are checked and
 * skipped.
 *
 * <p>Of anything else it says that it did not read it, and the general parser reads the event from
 * its start: what is accepted must be what that one accepts, to the bit, and what is wrong with an
 * event is said in one place. Not plain are escapes in names and in texts that are used, a used
 * name that occurs twice, a field that is absent without a substitute, values of the wrong type,
 * UTF-8 that is not well-formed, more than 63 levels in a value that is skipped, and events of more
 * than 1 MiB.
 */
final class PlainEventReader {
  /** Names of unused fields that are remembered, so that one can foretell the next. */
  private static final int MOST_LEARNED_NAMES = 512;

  private static final int MOST_LEVELS = 32;

  /** Elements of arrays that can be used. */
  private static final int MOST_ELEMENTS = 1024;

  private final RecordBuffer record = new RecordBuffer();
  private final PlaceGroup event = new PlaceGroup(false, null);
  private final Place end = new Place(event, 0);

  /** The slots that something stands for where the value is missing. */
  private final Slot[] optional;

  private final int required;
  private final Backoff plain = new Backoff();
  private final Backoff guesses = new Backoff();
  private int learnedNames;

  // of the event that is being read
  private long number;
  private boolean isGuessing;
  private int at;

  private PlainEventReader(List<FieldPath> fields, List<Slot> slots) {
    for (int i = 0; i < slots.size(); i++) {
      add(event, fields.get(i), 0, slots.get(i));
    }
    optional = slots.stream().filter(Slot::mayBeMissing).toArray(Slot[]::new);
    required = slots.size() - optional.length;
  }

  /**
   * A reader of events with these fields.
   *
   * @param slots what each of them becomes
   * @return empty where a field is one that only the general parser reads: it has a name that is no
   *     UTF-8, lies very deep or far behind in an array, or holds another field
   */
  static Optional<PlainEventReader> of(List<FieldPath> fields, List<Slot> slots) {
    boolean isPlain =
        slots.stream().noneMatch(FeatureSlots.VectorSlot.class::isInstance)
            && fields.stream().allMatch(field -> isPlain(field, fields));
    return isPlain ? Optional.of(new PlainEventReader(fields, slots)) : Optional.empty();
  }

  private static boolean isPlain(FieldPath field, List<FieldPath> fields) {
    List<String> segments = field.segments();
    return segments.size() <= MOST_LEVELS
        && segments.stream().allMatch(each -> ByteTable.bytesOf(each) != null)
        && segments.stream().allMatch(each -> !FieldTree.isIndex(each) || isNear(each))
        && fields.stream()
            .map(FieldPath::segments)
            .noneMatch(
                each ->
                    each.size() > segments.size()
                        && each.subList(0, segments.size()).equals(segments));
  }

  private static boolean isNear(String index) {
    return Long.parseLong(index) < MOST_ELEMENTS;
  }

  /** Adds the places that lead to a field; a number is an element, too. */
  private static void add(PlaceGroup group, FieldPath field, int level, Slot slot) {
    String segment = field.segments().get(level);
    byte[] name = ByteTable.bytesOf(segment);
    if (group.isArray) {
      add(group.element(Integer.parseInt(segment)), field, level, slot);
    } else if (name != null) {
      add(group.field(name), field, level, slot);
    }
  }

  private static void add(Place place, FieldPath field, int level, Slot slot) {
    place.isUsed = true;
    if (level + 1 == field.segments().size()) {
      place.slots = Arrays.copyOf(place.slots, place.slots.length + 1);
      place.slots[place.slots.length - 1] = slot;
      place.required += slot.mayBeMissing() ? 0 : 1;
      return;
    }
    if (place.object == null) {
      place.object = new PlaceGroup(false, place);
    }
    add(place.object, field, level + 1, slot);
    if (FieldTree.isIndex(field.segments().get(level + 1))) {
      if (place.array == null) {
        place.array = new PlaceGroup(true, place);
      }
      add(place.array, field, level + 1, slot);
    }
  }

  /** Takes every event and guesses every gap, also where that fails. */
  void neverPause() {
    plain.turnOff();
    guesses.turnOff();
  }

  /**
   * Reads an event.
   *
   * @param column Modified, also when the answer is false
   * @return whether it was read; if not, nothing is known of it
   */
  boolean read(byte[] json, Column column) {
    if (plain.isPaused() || !record.copy(json)) {
      return false;
    }
    number++;
    isGuessing = !guesses.isPaused();
    for (Slot slot : optional) {
      slot.writeMissing(column);
    }
    boolean isRead = readEvent(record.bytes(), column);
    plain.report(isRead);
    return isRead;
  }

  private boolean readEvent(byte[] b, Column column) {
    int i = PlainText.behindBlanks(b, 0);
    if (b[i] != '{') {
      return false;
    }
    i++;
    Place place = event.start;
    int met = 0;
    int values = 0;
    int lookedUp = 0;
    while (true) {
      Gap gap = place.likely;
      if (isGuessing && gap.matches(b, i, record.length())) {
        i += gap.length();
        place = gap.next();
      } else {
        Place before = place;
        int from = i;
        place = guessAgain(before, b, from);
        if (place == null) {
          place = lookUp(before, b, from);
          lookedUp++;
        }
        i = at;
      }
      if (place == end) {
        break;
      }
      if (place == null || (place.isUsed && isMetAgain(place))) {
        return false;
      }
      values++;
      byte first = b[i];
      if (first <= ' ') {
        i = PlainText.behindBlanks(b, i);
        first = b[i];
      }
      if (place.slots.length > 0) {
        i = accept(place, b, i, column);
        met += place.required;
      } else if (first == '{' && place.object != null) {
        place = place.object.start;
        i++;
      } else if (first == '[' && place.array != null) {
        place = place.array.start;
        i++;
      } else {
        i = PlainValue.end(b, i);
      }
      if (i < 0) {
        return false;
      }
    }
    if (isGuessing) {
      guesses.report(4 * lookedUp <= values);
    }
    return met == required && PlainText.behindBlanks(b, i) == record.length();
  }

  /** The place by the less likely gap, if that is what follows. Modified: at. */
  private @Nullable Place guessAgain(Place before, byte[] b, int i) {
    Gap gap = before.lessLikely;
    if (!isGuessing || !gap.matches(b, i, record.length())) {
      return null;
    }
    before.swap();
    at = i + gap.length();
    return gap.next();
  }

  private boolean isMetAgain(Place place) {
    boolean isMet = place.metIn == number;
    place.metIn = number;
    return isMet;
  }

  private static int accept(Place place, byte[] b, int start, Column column) {
    int behind = start;
    for (Slot slot : place.slots) {
      behind = slot.acceptPlain(b, start, column);
      if (behind < 0) {
        return behind;
      }
    }
    return behind;
  }

  /**
   * Reads what stands between the value of a place and the next value. Modified: at, where that one
   * starts, or behind the end of the event.
   *
   * @return whose value that is, or {@link #end}; null where it is not plain
   */
  private @Nullable Place lookUp(Place before, byte[] b, int from) {
    Place place = before;
    int i = from;
    while (true) {
      PlaceGroup group = place.group;
      i = PlainText.behindBlanks(b, i);
      if (b[i] == (group.isArray ? ']' : '}')) {
        i++;
        if (group.outer == null) {
          return remember(before, b, from, i, end);
        }
        place = group.outer;
        continue;
      }
      if (place.index >= 0) {
        if (b[i] != ',') {
          return null;
        }
        i = PlainText.behindBlanks(b, i + 1);
      }
      if (group.isArray) {
        return remember(before, b, from, i, group.elementBehind(place));
      }
      int quote = b[i] == '"' ? PlainText.closingQuote(b, i + 1) : PlainText.NOT_PLAIN;
      if (quote < 0) {
        return null;
      }
      Place next = field(group, b, i + 1, quote);
      i = PlainText.behindBlanks(b, quote + 1);
      if (b[i] != ':') {
        return null;
      }
      return remember(before, b, from, PlainText.behindBlanks(b, i + 1), next);
    }
  }

  private Place field(PlaceGroup group, byte[] b, int from, int to) {
    Place known = group.field(b, from, to);
    if (known != null) {
      return known;
    }
    if (!isGuessing || learnedNames == MOST_LEARNED_NAMES) {
      return group.other();
    }
    learnedNames++;
    return group.field(Arrays.copyOfRange(b, from, to));
  }

  private Place remember(Place before, byte[] b, int from, int to, Place next) {
    at = to;
    if (isGuessing) {
      before.remember(b, from, to, next);
    }
    return next;
  }
}
