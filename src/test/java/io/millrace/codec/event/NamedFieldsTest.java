package io.millrace.codec.event;

import static io.millrace.codec.event.NamedFields.above;
import static io.millrace.codec.event.NamedFields.classes;
import static io.millrace.codec.event.NamedFields.decoded;
import static io.millrace.codec.event.NamedFields.features;
import static io.millrace.codec.event.NamedFields.hash;
import static io.millrace.codec.event.NamedFields.number;
import static io.millrace.codec.event.NamedFields.oneHot;
import static io.millrace.codec.event.NamedFields.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Feature;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedFieldsTest {

  private static String value(Feature feature, String json) {
    String value = decoded(features(feature), plain("y"), Output.IDENTITY, 1, json);
    return value.replaceFirst(" -> 0\\.0$", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":1.5,"y":0}              | 1.5
          {"y":0,"a":-2e3}             | -2000.0
          {"a":true,"y":false}         | 1.0
          {"a":false,"y":0}            | 0.0
          {"b":{"a":1},"a":2,"y":0}    | 2.0
          {"a":1,"a":2,"y":0}          | 2.0
          {"a":"x","a":2,"y":0}        | 2.0
          {"a":2,"a":"x","y":0}        | wrong-type: a: expected a number, got "x"
          {"a":2,"a":null,"y":0}       | missing-field: The field a is null
          {"y":0}                      | missing-field: The field a is absent
          {"a":null,"y":0}             | missing-field: The field a is null
          {"a":"1","y":0}              | wrong-type: a: expected a number, got "1"
          {"a":[1],"y":0}              | wrong-type: a: expected a number, got an array
          {"a":{"b":1},"y":0}          | wrong-type: a: expected a number, got an object
          {"a":1e999,"y":0}            | not-finite: a: expected a number from -1e100 to 1e100, got 1e999
          {"a":NaN,"y":0}              | not-finite: a: expected a number from -1e100 to 1e100, got NaN
          {"a":1}                      | missing-field: The field y is absent
          {"a":"x"}                    | missing-field: The field y is absent
          {"a":1e999,"y":"x"}          | wrong-type: y: expected a number, got "x"
          {"a":1e999,"y":0} 7          | not-json: Expected one JSON object and nothing after it, got 7
          [1]                          | not-json: Expected a JSON object, got an array
          """)
  void shouldTakeNumbers(String json, String expected) {
    assertThat(value(number("a"), json)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"y":0}                      | 7.5
          {"a":null,"y":0}             | 7.5
          {"a":1,"a":null,"y":0}       | 7.5
          {"a":null,"a":1,"y":0}       | 1.0
          {"a":"x","a":null,"y":0}     | 7.5
          {"a":"","y":0}               | wrong-type: a: expected a number, got ""
          """)
  void shouldPutSomethingInForWhatIsMissing(String json, String expected) {
    assertThat(value(number("a", 7.5), json)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":"A","y":0}              | 1.0 0.0 0.0 0.0
          {"a":"a","y":0}              | 0.0 0.0 0.0 0.0
          {"a":"","y":0}               | 0.0 0.0 0.0 0.0
          {"a":1,"y":0}                | 0.0 1.0 0.0 0.0
          {"a":1.0,"y":0}              | 0.0 1.0 0.0 0.0
          {"a":10e-1,"y":0}            | 0.0 1.0 0.0 0.0
          {"a":"1","y":0}              | 0.0 1.0 0.0 0.0
          {"a":"1.0","y":0}            | 0.0 0.0 0.0 0.0
          {"a":true,"y":0}             | 0.0 0.0 1.0 0.0
          {"a":"true","y":0}           | 0.0 0.0 1.0 0.0
          {"a":false,"y":0}            | 0.0 0.0 0.0 0.0
          {"a":2.5,"y":0}              | 0.0 0.0 0.0 1.0
          {"a":25e-1,"y":0}            | 0.0 0.0 0.0 1.0
          {"a":"2.50","y":0}           | 0.0 0.0 0.0 1.0
          {"a":"A","a":"B","y":0}      | 0.0 0.0 0.0 0.0
          {"a":"\\u0041","y":0}        | 1.0 0.0 0.0 0.0
          {"y":0}                      | missing-field: The field a is absent
          {"a":null,"y":0}             | missing-field: The field a is null
          {"a":["A"],"y":0}            | wrong-type: a: expected a text, a number, true or false, got an array
          {"a":{},"y":0}               | wrong-type: a: expected a text, a number, true or false, got an object
          {"a":-Infinity,"y":0}        | not-finite: a: expected a number from -1e100 to 1e100, got -Infinity
          """)
  void shouldGiveEachCategoryAnInput(String json, String expected) {
    assertThat(value(oneHot("a", "A", "1", "true", "2.50"), json)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /a            | {"a":1}                        | 1.0
          /a/b          | {"a":{"b":1}}                  | 1.0
          /a/b          | {"a":{"c":{"b":2},"b":1}}      | 1.0
          /a/b          | {"a":{"b":1},"a":{"b":2}}      | 2.0
          /a/b          | {"a":{"b":1},"a":{}}           | missing-field: The field /a/b is absent
          /a/b          | {"a":{"b":1},"a":null}         | missing-field: The field /a/b is absent: /a is null, not an object
          /a/b          | {"a":{"b":1},"a":5}            | missing-field: The field /a/b is absent: /a is 5, not an object
          /a/b          | {"a":5}                        | missing-field: The field /a/b is absent: /a is 5, not an object
          /a/b          | {"a":[{"b":1}]}                | missing-field: The field /a/b is absent: /a is an array, not an object
          /a~1/b/0/d    | {"a/":{"b":"x"}}               | missing-field: The field /a~1/b/0/d is absent: /a~1/b is "x", not an object or an array
          /a/b/c        | {"a":7}                        | missing-field: The field /a/b/c is absent: /a is 7, not an object
          /a/b          | {"a":{"b":null}}               | missing-field: The field /a/b is null
          /a/b          | {"a":{"b":"x"}}                | wrong-type: /a/b: expected a number, got "x"
          /a/0/b        | {"a":[{"b":1},{"b":2}]}        | 1.0
          /a/1/b        | {"a":[{"b":1},{"b":2}]}        | 2.0
          /a/2/b        | {"a":[{"b":1},{"b":2}]}        | missing-field: The field /a/2/b is absent
          /a/1          | {"a":[[9],3]}                  | 3.0
          /a/1          | {"a":[7,[9]]}                  | wrong-type: /a/1: expected a number, got an array
          /a/1          | {"a":{"1":3}}                  | 3.0
          /a/01         | {"a":[7,8]}                    | missing-field: The field /a/01 is absent: /a is an array, not an object
          /a/01         | {"a":{"01":3}}                 | 3.0
          /a/-          | {"a":[7,8]}                    | missing-field: The field /a/- is absent: /a is an array, not an object
          /a~1b         | {"a/b":1}                      | 1.0
          /a~0b         | {"a~b":1}                      | 1.0
          /~01          | {"~1":1}                       | 1.0
          /             | {"":1}                         | 1.0
          /a/           | {"a":{"":1}}                   | 1.0
          a.b           | {"a.b":1,"a":{"b":2}}          | 1.0
          a/b           | {"a/b":1}                      | 1.0
          /a/99999999999999999999 | {"a":[1]}            | missing-field: The field /a/99999999999999999999 is absent: /a is an array, not an object
          """)
  void shouldReachNestedFields(String pointer, String json, String expected) {
    String withLabel = json.replaceFirst("\\{", "{\"y\":0,");
    assertThat(value(number(pointer), withLabel)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"d":15}        | 15.0 1.0 0.0 -> 0.0
          {"d":15.001}    | 15.001 0.0 0.0 -> 1.0
          {"d":16}        | 16.0 0.0 1.0 -> 1.0
          {"d":-1}        | -1.0 0.0 0.0 -> 0.0
          {"d":true}      | 1.0 0.0 0.0 -> 0.0
          {"d":"16"}      | wrong-type: d: expected a number, got "16"
          {"d":null}      | missing-field: The field d is null
          {"d":1e400}     | not-finite: d: expected a number from -1e100 to 1e100, got 1e400
          """)
  void shouldFeedSeveralEntriesAndTheLabelFromOneField(String json, String expected) {
    assertThat(
            decoded(
                features(number("d"), oneHot("d", "15", "16")),
                above("d", 15),
                Output.SIGMOID,
                1,
                json))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "DOWN"  | 1.0 0.0 0.0
          "UP"    | 0.0 1.0 0.0
          3       | 0.0 0.0 1.0
          3.0     | 0.0 0.0 1.0
          "3"     | 0.0 0.0 1.0
          "SIDE"  | bad-label: c: expected one of DOWN, UP, 3, got "SIDE"
          true    | bad-label: c: expected one of DOWN, UP, 3, got true
          null    | missing-field: The field c is null
          ["UP"]  | wrong-type: c: expected a text, a number, true or false, got an array
          NaN     | not-finite: c: expected a number from -1e100 to 1e100, got NaN
          """)
  void shouldTellClasses(String value, String expected) {
    String decoded =
        decoded(
            features(number("a")),
            classes("c", "DOWN", "UP", "3"),
            Output.SOFTMAX,
            3,
            "{\"a\":0,\"c\":%s}".formatted(value));
    assertThat(decoded.replaceFirst("^0\\.0 -> ", "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SIGMOID  | 1 | true        | 1.0
          SIGMOID  | 1 | 0.5         | 0.5
          SIGMOID  | 1 | 1.5         | bad-label: y: expected a number from 0 to 1, got 1.5. To learn any number, set model.output: identity
          SIGMOID  | 2 | [true,0]    | 1.0 0.0
          SIGMOID  | 2 | [true]      | wrong-size: y: expected 2 numbers, got 1
          SIGMOID  | 2 | true        | wrong-size: y: expected 2 numbers, got 1
          SIGMOID  | 2 | [1,2]       | bad-label: y[1]: expected a number from 0 to 1, got 2.0. To learn any number, set model.output: identity
          SIGMOID  | 2 | "x"         | wrong-type: y: expected an array of 2 numbers, got "x"
          SIGMOID  | 2 | [1,"x",3]   | wrong-type: y[1]: expected a number, got "x"
          SOFTMAX  | 3 | 2           | 0.0 0.0 1.0
          SOFTMAX  | 3 | true        | 0.0 1.0 0.0
          SOFTMAX  | 3 | 3           | bad-label: y: expected the index of a class, a whole number from 0 to 2, got 3.0
          IDENTITY | 1 | -480.5      | -480.5
          IDENTITY | 2 | [1,-2]      | 1.0 -2.0
          IDENTITY | 2 | 5           | wrong-size: y: expected 2 numbers, got 1
          """)
  void shouldTakePlainLabels(Output output, int outputs, String value, String expected) {
    String decoded =
        decoded(
            features(number("a")), plain("y"), output, outputs, "{\"a\":0,\"y\":" + value + "}");
    assertThat(decoded.replaceFirst("^0\\.0 -> ", "")).isEqualTo(expected);
  }

  @Test
  void shouldTakeTwoClassesAsZeroAndOne() {
    assertThat(
            decoded(
                features(number("a")),
                classes("c", "DOWN", "UP"),
                Output.SIGMOID,
                1,
                "{\"a\":5,\"c\":\"UP\"}"))
        .isEqualTo("5.0 -> 1.0");
  }

  @Test
  void shouldNameTheFirstReasonOfTheTableAndOfEqualsTheFirstEntry() {
    assertThat(
            decoded(
                features(number("a"), number("b"), number("c")),
                plain("y"),
                Output.SIGMOID,
                1,
                "{\"y\":7,\"c\":\"x\",\"b\":\"w\",\"a\":1e999}"))
        .isEqualTo("wrong-type: b: expected a number, got \"w\"");
  }

  @Test
  void shouldReadTheVectorFormStrictly() {
    JsonExampleDecoder decoder = new JsonExampleDecoder("features", "label", Output.SIGMOID, 1);
    MiniBatch memory = new MiniBatch(2, 1, 1);

    assertThat(decoder.decode("{\"features\":[1,true],\"label\":1}".getBytes(UTF_8), memory))
        .isEqualTo(new Rejection(Reason.WRONG_TYPE, "features[1]: expected a number, got true"));
    assertThat(decoder.decode("{\"features\":[1,2],\"label\":true}".getBytes(UTF_8), memory))
        .isEqualTo(new Rejection(Reason.WRONG_TYPE, "label: expected a number, got true"));
  }

  @Test
  void shouldLeaveNothingOfTheExampleBefore() {
    var features =
        features(number("n", 0), oneHot("o", "A", "B"), hash("h", 5), number("/p/q", -1));
    JsonExampleDecoder decoder =
        new JsonExampleDecoder(features, classes("c", "X", "Y", "Z"), Output.SOFTMAX, 3);
    MiniBatch memory = NamedFields.memory(features, 3);
    String[] events = {
      "{\"n\":5,\"o\":\"A\",\"h\":\"one\",\"p\":{\"q\":3},\"c\":\"X\"}",
      "{\"o\":\"B\",\"h\":\"two\",\"c\":\"Z\"}",
      "{\"o\":\"?\",\"h\":\"three\",\"p\":4,\"c\":\"Y\"}"
    };

    for (String event : events) {
      assertThat(decoder.decode(event.getBytes(UTF_8), memory)).isNull();
      MiniBatch fresh = NamedFields.memory(features, 3);
      new JsonExampleDecoder(features, classes("c", "X", "Y", "Z"), Output.SOFTMAX, 3)
          .decode(event.getBytes(UTF_8), fresh);
      double[] inputs = NamedFields.takeInputs(memory);
      assertThat(inputs).containsExactly(NamedFields.takeInputs(fresh)).doesNotContain(-99);
      assertThat(memory.yt().data).containsExactly(fresh.yt().data);
      assertThat(Arrays.stream(inputs, 4, 9).map(Math::abs).sum()).isEqualTo(1);
    }
  }

  @Test
  void shouldWriteToTheNextFreeColumnAlone() {
    var features = features(number("a"), oneHot("b", "x"));
    JsonExampleDecoder decoder = new JsonExampleDecoder(features, plain("y"), Output.IDENTITY, 1);
    MiniBatch batch = new MiniBatch(1, 1, 1, 3);
    for (int i = 0; i < 3; i++) {
      String event = "{\"a\":%d,\"b\":\"%s\",\"y\":%d}".formatted(i, i == 1 ? "x" : "z", -i);
      assertThat(decoder.decode(event.getBytes(UTF_8), batch)).isNull();
      batch.append(0, i);
    }

    assertThat(batch.xt().data).containsExactly(0, 1, 2);
    assertThat(batch.xs().col_idx).containsExactly(0, 0, 1, 1);
    assertThat(batch.xs().get(0, 1)).isEqualTo(1);
    assertThat(batch.yt().data).containsExactly(0, -1, -2);
  }
}
