package io.millrace.example;

import io.millrace.nn.HasText;
import java.time.LocalDate;

/**
 * A cycle of the calendar or the clock, which becomes two inputs: the sine and the cosine of the
 * angle {@code 2 pi phase}. The cycles of the clock are exact to the nanosecond; those of the
 * calendar count whole days or months, as their names say, so that they stand still all day.
 */
public enum Cycle implements HasText {
  /** The time within the hour; 0 at the full hour. */
  MINUTE_OF_HOUR("minuteOfHour") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      return (nanoOfDay % NANOS_OF_HOUR) / (double) NANOS_OF_HOUR;
    }
  },
  /** The time within the day, minutes and seconds included; 0 at midnight. */
  HOUR_OF_DAY("hourOfDay") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      return nanoOfDay / (24.0 * NANOS_OF_HOUR);
    }
  },
  /** Monday 0, Tuesday 1/7, ... Sunday 6/7. */
  DAY_OF_WEEK("dayOfWeek") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      return Math.floorMod(epochDay + THURSDAY, 7) / 7.0; // day 0 was a Thursday
    }
  },
  /** The first 0; the whole cycle is this month's length. */
  DAY_OF_MONTH("dayOfMonth") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      LocalDate date = LocalDate.ofEpochDay(epochDay);
      return (date.getDayOfMonth() - 1) / (double) date.lengthOfMonth();
    }
  },
  /** January 1st 0; the whole cycle is this year's length. */
  DAY_OF_YEAR("dayOfYear") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      LocalDate date = LocalDate.ofEpochDay(epochDay);
      return (date.getDayOfYear() - 1) / (double) date.lengthOfYear();
    }
  },
  /** January 0, February 1/12, ... December 11/12. */
  MONTH_OF_YEAR("monthOfYear") {
    @Override
    public double phase(long epochDay, long nanoOfDay) {
      return (LocalDate.ofEpochDay(epochDay).getMonthValue() - 1) / 12.0;
    }
  };

  private static final long NANOS_OF_HOUR = 3_600_000_000_000L;
  private static final int THURSDAY = 3;

  private final String text;

  Cycle(String text) {
    this.text = text;
  }

  /** The name in configurations and in the names of inputs. */
  @Override
  public String text() {
    return text;
  }

  /**
   * How much of the cycle has passed, from 0 to below 1.
   *
   * @param epochDay the local date, in days since 1970-01-01
   * @param nanoOfDay the local time, in nanoseconds since midnight
   */
  public abstract double phase(long epochDay, long nanoOfDay);
}
