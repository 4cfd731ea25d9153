package io.millrace.codec.event;

import static io.millrace.codec.event.NamedFields.decoded;
import static io.millrace.codec.event.NamedFields.features;
import static io.millrace.codec.event.NamedFields.hash;
import static io.millrace.codec.event.NamedFields.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import io.millrace.nn.Output;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureHashingTest {

  /** From the Python package mmh3 5.3.0, {@code mmh3.hash(text, 0)}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                          | 0
          a                                           | 1009084850
          abc                                         | -1277324294
          hello                                       | 613153351
          Hello, world!                               | -1070186941
          The quick brown fox jumps over the lazy dog | 776992547
          """)
  void shouldBeMurmurHash3(String text, int hash) {
    byte[] bytes = text.getBytes(UTF_8);

    assertThat(Hashing.murmur3_32().hashBytesToInt(bytes, 0, bytes.length)).isEqualTo(hash);
  }

  /**
   * From scikit-learn 1.9.1, {@code FeatureHasher(n).transform([{field: value}])}, the value being
   * a text.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          origin         | "LAS"    |    4 |   2 | -1
          origin         | "PHL"    |    4 |   3 | -1
          origin         | ""       |    4 |   2 | -1
          city           | "Zürich" |    4 |   3 | 1
          city           | "東京"     |    4 |   2 | -1
          city           | "😀"      |    4 |   1 | -1
          /customer/city | "Ulm"    |    4 |   0 | -1
          n              | 7        |    4 |   1 | 1
          flag           | true     |    4 |   2 | 1
          price          | 1.5      |    4 |   3 | -1
          origin         | "LAS"    |   64 |  14 | -1
          origin         | "PHL"    |   64 |  51 | -1
          origin         | ""       |   64 |  14 | -1
          city           | "Zürich" |   64 |  23 | 1
          city           | "東京"     |   64 |  42 | -1
          city           | "😀"      |   64 |  13 | -1
          /customer/city | "Ulm"    |   64 |  52 | -1
          n              | 7        |   64 |  41 | 1
          flag           | true     |   64 |  46 | 1
          price          | 1.5      |   64 |   3 | -1
          origin         | "LAS"    | 1000 | 550 | -1
          origin         | "PHL"    | 1000 | 859 | -1
          origin         | ""       | 1000 | 462 | -1
          city           | "Zürich" | 1000 | 927 | 1
          city           | "東京"     | 1000 | 586 | -1
          city           | "😀"      | 1000 | 653 | -1
          /customer/city | "Ulm"    | 1000 | 124 | -1
          n              | 7        | 1000 | 745 | 1
          flag           | true     | 1000 | 894 | 1
          price          | 1.5      | 1000 | 723 | -1
          n              | 7.0      | 1000 | 745 | 1
          n              | 70e-1    | 1000 | 745 | 1
          n              | "7"      | 1000 | 745 | 1
          flag           | "true"   | 1000 | 894 | 1
          price          | 1.50     | 1000 | 723 | -1
          """)
  void shouldHashAsScikitLearn(String field, String value, int inputs, int index, int sign) {
    String expected =
        IntStream.range(0, inputs)
            .mapToObj(i -> i == index ? sign + ".0" : "0.0")
            .collect(Collectors.joining(" "));
    String json =
        field.equals("/customer/city")
            ? "{\"customer\":{\"city\":%s},\"y\":0}".formatted(value)
            : "{\"%s\":%s,\"y\":0}".formatted(field, value);

    assertThat(decoded(features(hash(field, inputs)), plain("y"), Output.IDENTITY, 1, json))
        .isEqualTo(expected + " -> 0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"y":0}            | missing-field: The field a is absent
          {"a":null,"y":0}   | missing-field: The field a is null
          {"a":[],"y":0}     | wrong-type: a: expected a text, a number, true or false, got an array
          {"a":{},"y":0}     | wrong-type: a: expected a text, a number, true or false, got an object
          {"a":1e999,"y":0}  | not-finite: a: expected a number from -1e100 to 1e100, got 1e999
          """)
  void shouldRefuseWhatIsNoCategory(String json, String expected) {
    assertThat(decoded(features(hash("a", 8)), plain("y"), Output.IDENTITY, 1, json))
        .isEqualTo(expected);
  }
}
