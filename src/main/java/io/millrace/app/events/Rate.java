package io.millrace.app.events;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Events per second, such as {@code 500/s}. */
public record Rate(double perSecond) {
  private static final Pattern WRITTEN = Pattern.compile("(\\d+(?:\\.\\d+)?)(?:/s)?");

  /** Reads a rate from the command line. */
  public static final class Converter implements ITypeConverter<Rate> {
    @Override
    public Rate convert(String text) {
      Matcher matcher = WRITTEN.matcher(text);
      if (!matcher.matches() || Double.parseDouble(matcher.group(1)) <= 0) {
        throw new TypeConversionException(
            String.format(Locale.ROOT, "expected a rate like 500/s, got \"%s\"", text));
      }
      return new Rate(Double.parseDouble(matcher.group(1)));
    }
  }
}
