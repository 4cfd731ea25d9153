package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.codec.plain.PlainText;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Reads times and tells the date and the time of day in one zone.
 *
 * <p>Texts are ISO 8601: a date {@code 2001-01-31}, then where wanted {@code T} (or a space, as RFC
 * 3339 allows) and {@code 23}, {@code 23:59}, {@code 23:59:30} or {@code 23:59:30.123456789}, then
 * where wanted {@code Z}, {@code +01}, {@code +0100} or {@code +01:00}, then where wanted {@code
 * [Europe/Berlin]} (RFC 9557). A time without any of the last two is the zone's own and taken as it
 * stands; any other is converted to the zone. Numbers are milliseconds since 1970 (UTC).
 */
final class TimeReader {
  private static final int SECONDS_OF_DAY = 86_400;
  private static final long NANOS = 1_000_000_000L;

  /** A hundred million days around 1970, as ECMAScript has it. */
  private static final double MOST_MILLIS = 8.64e15;

  private static final int DATE_BYTES = 10;
  private static final int MOST_NANO_DIGITS = 9;
  private static final int MOST_OFFSET_HOURS = 18;

  private final ZoneId zone;
  private long epochDay;
  private long nanoOfDay;

  /** The bytes of a text, from {@code at} to below {@code end}. */
  private byte[] bytes = {};

  private int at;
  private int end;

  /** For texts that come as such. */
  private byte[] copy = new byte[64];

  /**
   * The date read last as its ten bytes, and in days: most events share it with the next. No text
   * has the bytes that stand here first.
   */
  private long dateHead = -1;

  private long dateTail;
  private long day;

  TimeReader(ZoneId zone) {
    this.zone = zone.normalized();
  }

  /** The date of the time read last, in days since 1970-01-01. */
  long epochDay() {
    return epochDay;
  }

  /** The time of day of the time read last, in nanoseconds. */
  long nanoOfDay() {
    return nanoOfDay;
  }

  /**
   * Reads milliseconds since 1970, finite.
   *
   * @return whether a calendar goes that far
   */
  boolean readMillis(double millis) {
    if (Math.abs(millis) > MOST_MILLIS) {
      return false;
    }
    double whole = Math.floor(millis);
    long second = Math.floorDiv((long) whole, 1000L);
    long nano = Math.floorMod((long) whole, 1000L) * 1_000_000 + (long) ((millis - whole) * 1e6);
    convert(second, nano);
    return true;
  }

  /**
   * Reads a text.
   *
   * @return whether it is a time
   */
  boolean read(String time) {
    int length = time.length();
    if (length > copy.length - Long.BYTES) {
      copy = new byte[2 * length];
    }
    for (int i = 0; i < length; i++) {
      char c = time.charAt(i);
      if (c > 0x7F) { // no time and no zone has that
        return false;
      }
      copy[i] = (byte) c;
    }
    return read(copy, 0, length);
  }

  /**
   * Reads a text from its bytes.
   *
   * @param b with eight bytes behind the text
   * @return whether it is a time
   */
  boolean read(byte[] b, int from, int to) {
    bytes = b;
    at = from;
    end = to;
    try {
      return readDate() && (at == end || readTime());
    } catch (DateTimeException e) { // a bracket with a zone that there is not
      return false;
    }
  }

  private boolean readDate() {
    nanoOfDay = 0;
    int start = at;
    if (end - start < DATE_BYTES) {
      return false;
    }
    long head = PlainText.eight(bytes, start);
    long tail = PlainText.eight(bytes, start + DATE_BYTES - Long.BYTES);
    if (head != dateHead || tail != dateTail) {
      int year = digits(4);
      int month = next('-') ? digits(2) : -1;
      int dayOfMonth = next('-') ? digits(2) : -1;
      if (year < 0
          || month < 1
          || month > 12
          || dayOfMonth < 1
          || dayOfMonth > daysOf(year, month)) {
        return false;
      }
      day = LocalDate.of(year, month, dayOfMonth).toEpochDay();
      dateHead = head;
      dateTail = tail;
    }
    at = start + DATE_BYTES;
    epochDay = day;
    return true;
  }

  private static int daysOf(int year, int month) {
    boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return switch (month) {
      case 2 -> isLeap ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  private boolean readTime() {
    if (!next('T') && !next('t') && !next(' ')) {
      return false;
    }
    int hour = digits(2);
    int minute = 0;
    int second = 0;
    long nano = 0;
    if (next(':')) {
      minute = digits(2);
      if (next(':')) {
        second = digits(2);
        if (next('.') || next(',')) {
          nano = fraction();
        }
      }
    }
    if (second == 60 && minute == 59) { // a leap second; clocks without one repeat the second
      second = 59;
    }
    boolean isMidnight = hour == 24 && minute == 0 && second == 0 && nano == 0;
    if (hour < 0 || (hour > 23 && !isMidnight) || !isSixtieth(minute) || !isSixtieth(second)) {
      return false;
    }
    return nano >= 0 && readZone((hour * 60L + minute) * 60 + second, nano);
  }

  private static boolean isSixtieth(int number) {
    return number >= 0 && number <= 59;
  }

  /** Reads what follows a time of day: an offset, a zone, both or none. */
  private boolean readZone(long secondOfDay, long nano) {
    long local = epochDay * SECONDS_OF_DAY + secondOfDay;
    boolean isUtc = next('Z') || next('z');
    boolean hasOffset = isUtc || isAt('+') || isAt('-');
    long offset = isUtc || !hasOffset ? 0 : offset();
    if (offset == Long.MAX_VALUE) {
      return false;
    }
    if (isAt('[')) {
      if (bytes[end - 1] != ']') {
        return false;
      }
      ZoneId named = ZoneId.of(new String(bytes, at + 1, end - at - 2, US_ASCII));
      at = end;
      if (!hasOffset) {
        hasOffset = true;
        offset =
            LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC)
                .atZone(named)
                .getOffset()
                .getTotalSeconds();
      }
    }
    if (hasOffset) {
      convert(local - offset, nano);
    } else {
      set(local, nano);
    }
    return at == end;
  }

  /** An offset in seconds, or {@link Long#MAX_VALUE} where there is none. */
  private long offset() {
    int sign = next('+') ? 1 : -1;
    at += sign < 0 ? 1 : 0;
    int hours = digits(2);
    int minutes = next(':') || isDigit() ? digits(2) : 0;
    boolean isOffset = hours >= 0 && isSixtieth(minutes);
    return isOffset && hours * 60 + minutes <= MOST_OFFSET_HOURS * 60
        ? sign * 60L * (hours * 60L + minutes)
        : Long.MAX_VALUE;
  }

  /** Takes a moment into the zone. */
  private void convert(long epochSecond, long nano) {
    int offset =
        zone instanceof ZoneOffset fixed
            ? fixed.getTotalSeconds()
            : zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
    set(epochSecond + offset, nano);
  }

  private void set(long localSecond, long nano) {
    epochDay = Math.floorDiv(localSecond, (long) SECONDS_OF_DAY);
    nanoOfDay = Math.floorMod(localSecond, (long) SECONDS_OF_DAY) * NANOS + nano;
  }

  private boolean isAt(char c) {
    return at < end && bytes[at] == c;
  }

  private boolean isDigit() {
    return at < end && PlainText.isDigit(bytes[at]);
  }

  private boolean next(char c) {
    boolean isNext = isAt(c);
    at += isNext ? 1 : 0;
    return isNext;
  }

  /** So many digits as a number, or -1. */
  private int digits(int count) {
    int number = 0;
    for (int i = 0; i < count; i++) {
      if (!isDigit()) {
        return -1;
      }
      number = 10 * number + (bytes[at++] - '0');
    }
    return number;
  }

  /** A decimal fraction in nanoseconds, or -1; what is finer is cut off. */
  private long fraction() {
    long nano = 0;
    int count = 0;
    for (; isDigit(); at++, count++) {
      nano = count < MOST_NANO_DIGITS ? 10 * nano + (bytes[at] - '0') : nano;
    }
    for (int i = count; i < MOST_NANO_DIGITS; i++) {
      nano *= 10;
    }
    return count == 0 ? -1 : nano;
  }
}
