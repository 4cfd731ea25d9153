package io.millrace.app.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.app.process.ExitException;
import io.millrace.config.ConfigException;
import io.millrace.config.ExampleConfig;
import io.millrace.config.reader.ConfigReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvEventsTest {

  private static ExampleConfig example(String section) throws ConfigException {
    return ConfigReader.read(
            "application: a\nkafka: {bootstrap.servers: a:1}\nexample: {%s}\n".formatted(section)
                + (section.contains("[") ? "" : "model: {inputs: 2}\n"),
            "c.yaml",
            List.of(),
            name -> null)
        .example();
  }

  private static CsvEvents events(String csv, String section) throws Exception {
    return new CsvEvents(new ByteArrayInputStream(csv.getBytes(UTF_8)), example(section));
  }

  private static List<byte[]> all(String csv, String section) throws Exception {
    List<byte[]> all = new ArrayList<>();
    try (CsvEvents events = events(csv, section)) {
      for (byte[] event = events.next(); event != null; event = events.next()) {
        all.add(event);
      }
    }
    return all;
  }

  @Test
  void shouldSendRowsWithTheirColumnNames() throws Exception {
    assertThat(
            all(
                "date,delay,distance,origin,note\n"
                    + "2001-01-01T00:01,33,2176,LAS,\n"
                    + "979000000000,-1.50,1e3,\"A, B\",\"say \"\"x\"\"\"\n"
                    + "2001-01-01T00:03,5\n",
                "features: [distance, {field: origin, hash: 4}, {field: date, time: [hourOfDay]}],"
                    + " label: {field: delay, above: 15}"))
        .map(event -> new String(event, UTF_8))
        .containsExactly(
            "{\"date\":\"2001-01-01T00:01\",\"delay\":33,\"distance\":2176,\"origin\":\"LAS\"}",
            "{\"date\":979000000000,\"delay\":-1.50,\"distance\":1e3,\"origin\":\"A, B\"}",
            "{\"date\":\"2001-01-01T00:03\",\"delay\":5}");
  }

  /** Ids and codes that look like numbers, and a class in digits. */
  @Test
  void shouldSendCategoriesAsTheText() throws Exception {
    assertThat(
            all(
                "id,code,y\n4e862047,1.10,01\n49018e16,007,2\ntrue,,1\n",
                "features: [{field: id, hash: 8}, {field: code, oneHot: [\"1.10\"]}],"
                    + " label: {field: y, classes: [\"01\", 2]}"))
        .map(event -> new String(event, UTF_8))
        .containsExactly(
            "{\"id\":\"4e862047\",\"code\":\"1.10\",\"y\":\"01\"}",
            "{\"id\":\"49018e16\",\"code\":\"007\",\"y\":\"2\"}",
            "{\"id\":\"true\",\"code\":null,\"y\":\"1\"}");
  }

  @Test
  void shouldRefuseARowWithMoreCellsAndGoOn() throws Exception {
    try (CsvEvents events =
        events(
            "y,name,amount\n0,\"a\nb\",1\n\n1,shop,1,234.50\n0,shop,12.50\n",
            "features: [{field: name, hash: 8}, amount], label: y")) {
      assertThat(events.next()).isNotNull();
      assertThatThrownBy(events::next)
          .isInstanceOfSatisfying(BadRowException.class, e -> assertThat(e.line()).isEqualTo(5))
          .hasMessageStartingWith("4 cells, and the header has 3 columns (y, name, amount)");
      assertThat(new String(events.next(), UTF_8))
          .isEqualTo("{\"y\":0,\"name\":\"shop\",\"amount\":12.50}");
      assertThat(events.next()).isNull();
    }
  }

  @Test
  void shouldRefuseTwoColumnsOfOneName() {
    assertThatThrownBy(() -> events("a,y,a\n1,2,3\n", "features: [a], label: y"))
        .isInstanceOf(ExitException.class)
        .hasMessageStartingWith("The CSV has two columns \"a\"");
  }

  @Test
  void shouldSayThatCellsNeedCommas() {
    assertThatThrownBy(() -> events("a;y\n1;2\n", "features: [a], label: y"))
        .isInstanceOf(ExitException.class)
        .hasMessageContaining("Cells must be separated by commas");
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "-1.50,-1.50",
    "1e5,1e5",
    "0,0",
    "+5,5",
    ".5,0.5",
    "-.5,-0.5",
    "5.,5",
    "5.e2,5e2",
    "007,7",
    "-00.50,-0.50",
    "00,0",
    "1_000,'\"1_000\"'",
    "NaN,'\"NaN\"'",
    "0x10,'\"0x10\"'",
    "1d,'\"1d\"'",
    "true,true",
    "false,false",
    "True,'\"True\"'",
    "2001-01-01,'\"2001-01-01\"'"
  })
  void shouldTellNumbersFromText(String cell, String json) throws Exception {
    assertThat(all("a,y\n" + cell + ",1\n", "features: [a], label: y"))
        .map(event -> new String(event, UTF_8))
        .containsExactly("{\"a\":%s,\"y\":1}".formatted(json));
  }

  @Test
  void shouldSendTheVectorForm() throws Exception {
    assertThat(all("a,y,b\n1,0,2\n,1,x\n", "label: y"))
        .map(event -> new String(event, UTF_8))
        .containsExactly("{\"features\":[1,2],\"y\":0}", "{\"features\":[null,\"x\"],\"y\":1}");
  }

  @Test
  void shouldSendLittleEndianNumbersLabelLast() throws Exception {
    ByteBuffer one = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    one.putDouble(1).putDouble(2.5).putDouble(0);
    ByteBuffer other = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    other.putFloat(Float.NaN).putFloat(0.1f).putFloat(1);

    assertThat(all("y,a,b\n0,1,2.5\n", "label: y, format: float64")).containsExactly(one.array());
    assertThat(all("a,y,b\n1,0,2.5\n", "label: y, format: float64")).containsExactly(one.array());
    assertThat(all("a,b,y\n1,2.5,0\n", "label: y, format: float64")).containsExactly(one.array());
    assertThat(all("y,a,b\n1,,0.1\n", "label: y, format: float32")).containsExactly(other.array());
  }

  @Test
  void shouldSayWhichColumnHasNoNumber() {
    assertThatThrownBy(() -> all("a,b,y\n1,x,0\n", "label: y, format: float64"))
        .isInstanceOf(BadRowException.class)
        .hasMessage("column b: \"x\" is not a number, and float64 has only numbers");
  }

  @Test
  void shouldSayWhichColumnsAreMissing() throws IOException {
    assertThatThrownBy(
            () ->
                events(
                    "a,x\n",
                    "features: [a, b, /c/d, {field: e, missing: 0}], label: {field: y, above: 1}"))
        .isInstanceOf(ExitException.class)
        .hasMessage(
            "The CSV file has no column \"b\", \"c\", \"y\" for example.features or example.label."
                + " Its columns are: a, x. A CSV file cannot hold nested fields (/c/d): send JSON"
                + " lines (.jsonl)");
    assertThatThrownBy(() -> events("a,x\n", "label: y"))
        .isInstanceOf(ExitException.class)
        .hasMessage("The CSV file has no column \"y\" for example.label. Its columns are: a, x");
  }
}
