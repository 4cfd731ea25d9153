package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said about wrong configurations. In the tables {@code \n} ends a line and {@code \t} is a
 * tab.
 */
class ConfigFaultsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          foo: 1                                 | foo: unknown key; the nearest known key is kafka
          batchSize: 3                           | batchSize: unknown key; did you mean training.batchSize?
          batch_size: 3                          | batch_size: unknown key; did you mean training.batchSize?
          trainning: {batchSize: 3}              | trainning: unknown key; did you mean training?
          training.batchSize: 3                  | training.batchSize: unknown key; write batchSize: under training:
          bootstrap.servers: a:1                 | bootstrap.servers: unknown key; did you mean kafka.bootstrap.servers?
          training: {batchSze: 3}                | training.batchSze: unknown key; did you mean training.batchSize?
          training: {learningRate: {intial: 1}}  | training.learningRate.intial: unknown key; did you mean training.learningRate.initial?
          training: 5                            | training: expected a mapping of keys, got "5"
          training: [a]                          | training: expected a mapping of keys, got a list
          training: &a {batchSize: 3}            | training: YAML anchors (&name) and aliases (*name) are not supported: repeat the value
          training: {batchSize: &a 3}            | training.batchSize: YAML anchors (&name) and aliases (*name) are not supported: repeat the value
          training: {batchSize: *a}              | invalid YAML: found undefined alias
          training: {batchSize: abc}             | training.batchSize: expected a whole number, got "abc"
          training: {batchSize: 1_000}           | training.batchSize: expected a whole number, got "1_000"
          training: {batchSize: 1e3}             | training.batchSize: expected a whole number, got "1e3"
          training: {batchSize: 64.0}            | training.batchSize: expected a whole number, got "64.0"
          training: {batchSize: 010}             | training.batchSize: expected a whole number, got "010"
          training: {batchSize: 0x10}            | training.batchSize: expected a whole number, got "0x10"
          training: {batchSize: ""}              | training.batchSize: expected a whole number, got ""
          training: {batchSize: [1]}             | training.batchSize: expected a whole number, got a list
          training: {batchSize: {a: 1}}          | training.batchSize: expected a whole number, got a mapping
          training: {batchSize: }                | training.batchSize: has no value; write for example batchSize: 64 under training:
          training: {batchSize: 0}               | training.batchSize: must be at least 1, got "0"
          training: {batchSize: 2147483648}      | training.batchSize: must be at most 2147483647, got "2147483648"
          training: {batchSize: 200000000}       | training.batchSize: mini-batch too large: batchSize * max(dense inputs, hidden, outputs) numbers, at most 2147483647
          training: {learningRate: 0}            | training.learningRate: must be greater than 0, got "0"
          training: {learningRate: .nan}         | training.learningRate: expected a number, got ".nan"
          training: {learningRate: NaN}          | training.learningRate: expected a number, got "NaN"
          training: {learningRate: 1e999}        | training.learningRate: must be finite, got "1e999"
          training: {learningRate: 1d}           | training.learningRate: expected a number, got "1d"
          training: {learningRate: {decay: -1}}  | training.learningRate.decay: must not be negative, got "-1"
          training: {l2: -1}                     | training.l2: must not be negative, got "-1"
          training: {clipNorm: 0}                | training.clipNorm: must be greater than 0, got "0"
          training: {clipNorm: auto}             | training.clipNorm: expected a number or none, got "auto"
          training: {optimizer: SGD}             | training.optimizer: expected sgd, momentum, adagrad or adam, got "SGD"
          training: {maxWait: 10}                | training.maxWait: expected a duration (500ms, 10s, 5m, 1h) or never, got "10"
          training: {maxWait: 0ms}               | training.maxWait: must be longer than zero, got "0ms"
          publish: {snapshotInterval: never}     | publish.snapshotInterval: expected a duration (500ms, 10s, 5m, 1h), got "never"
          publish: {snapshotEvery: 0}            | publish.snapshotEvery: must be at least 1, got "0"
          publish: {keep: -1}                    | publish.keep: must be at least 0, got "-1"
          evaluation: {window: 0}                | evaluation.window: must be at least 1, got "0"
          evaluation: {window: 100001}           | evaluation.window: must be at most 100000, got "100001"
          http: {port: 65536}                    | http.port: must be at most 65535, got "65536"
          http: {port: -1}                       | http.port: must be at least 0, got "-1"
          http: {port: high}                     | http.port: expected a whole number or none, got "high"
          http: {allowedHosts: "a:80"}           | http.allowedHosts: expected a host name or address without a port, such as learner or none, got "a:80"
          http: {allowedHosts: [a, http://b]}    | http.allowedHosts[1]: expected a host name or address without a port, such as learner, got "http://b"
          http: {host: a b}                      | http.host: expected a host name or address, got "a b"
          guarantee: exactly_once                | guarantee: expected exactly-once or at-least-once, got "exactly_once"
          threads: 0                             | threads: must be at least 1, got "0"
          threads: ~                             | threads: has no value; write for example threads: 2
          topics: {costs: a b}                   | topics.costs: expected a name of 1 to 249 letters, digits, '.', '_' or '-' (and not '.' or '..'), got "a b"
          topics: {costs: ..}                    | topics.costs: expected a name of 1 to 249 letters, digits, '.', '_' or '-' (and not '.' or '..'), got ".."
          topics: {examples: costs}              | topics.examples: topics.costs and topics.examples must differ ('.' and '_' count as equal)
          topics: {examples: a.b, costs: a_b}    | topics.costs: topics.costs and topics.examples must differ ('.' and '_' count as equal)
          topics: {partitions: 0}                | topics.partitions: must be at least 1, got "0"
          topics: {replicationFactor: 32768}     | topics.replicationFactor: must be at most 32767, got "32768"
          example: {features: ""}                | example.features: must not be empty, got ""
          example: {labels: topic}               | example.labels: expected a mapping such as {topic: labels, within: 24h}, or none, got "topic"
          example: {labels: {topic: l, within: 0s}} | example.labels.within: must be longer than zero, got "0s"
          example: {labels: {topic: l, within: 8785h}} | example.labels.within: must be at most 8784h, which is a year, got "8785h"
          example: {labels: {topic: l}}          | example.labels.within: missing; write for example within: 24h under example.labels:
          example: {labels: {topic: l, within: 24h}} | example.labels: labels that come later need topics.events, the topic of the events
          example: {features: label}             | example.features: example.label and example.features must be different fields
          """)
  void shouldNameKeyAndLine(String yaml, String fault) {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + yaml))
        .containsExactly("c.yaml:4: " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {hidden: 4}                            | model.inputs: missing; write for example inputs: 4 under model:
          5                                      | model: expected a mapping of keys, got "5"
          {inputs: 0}                            | model.inputs: must be at least 1, got "0"
          {inputs: 4, hidden: 0}                 | model.hidden: must be at least 1, got "0"
          {inputs: 4, outputs: 0}                | model.outputs: must be at least 1, got "0"
          {inputs: 4, output: softmax}           | model.output: softmax needs model.outputs of at least 2
          {inputs: 4, output: softmax, outputs: x} | model.outputs: expected a whole number, got "x"
          {inputs: 2000000000}                   | model.inputs: model too large: hidden * (dense inputs + 1) + outputs * (hidden + 1) parameters, at most 2147483647
          {inputs: 4, activation: leakyRelu}     | model.activation: expected tanh, sigmoid, relu or leaky-relu, got "leakyRelu"
          {inputs: 4, seed: 9223372036854775808} | model.seed: must be at most 9223372036854775807, got "9223372036854775808"
          {inputs: 4, initialScale: 0}           | model.initialScale: must be greater than 0 (all-zero weights never learn), got "0"
          {inputs: 4, initialScale: none}        | model.initialScale: expected a number or auto, got "none"
          {inputs: 4, initialParameters: src}    | model.initialParameters: must be a readable file, relative to the folder of the configuration, got "src"
          {inputs: 4, name: a@1}                 | model.name: must not end in '@' and a number, because earlier snapshots have such keys, got "a@1"
          {inputs: 4, name: " "}                 | model.name: must not be empty, got " "
          """)
  void shouldCheckTheModel(String model, String fault) {
    String yaml = ConfigFixture.MINIMAL.replace("{inputs: 4}", model);
    assertThat(ConfigFixture.faults(yaml)).containsExactly("c.yaml:3: " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                     | kafka.bootstrap.servers: missing; write for example bootstrap.servers: localhost:9092 under kafka:
          {bootstrap.servers: a}                 | kafka.bootstrap.servers: expected host:port or host:port,host:port, got "a"
          {bootstrap.servers: "a:1,"}            | kafka.bootstrap.servers: expected host:port or host:port,host:port, got "a:1,"
          {bootstrap.servers: "::1:9092"}        | kafka.bootstrap.servers: expected host:port or host:port,host:port, got "::1:9092"
          {bootstrap.servers: "a:1, b:65536"}    | kafka.bootstrap.servers: must have ports from 1 to 65535, got "a:1, b:65536"
          {bootstrap.servers: a:1, acks: }       | kafka.acks: has no value
          {bootstrap.servers: a:1, x: [{a: b}]}  | kafka.x: expected a list of plain values
          {bootstrap.servers: a:1, x.y: 1, x: {y: 2}} | kafka.x.y: given twice, also at c.yaml:2
          {bootstrap.servers: a:1, application.id: x} | kafka.application.id: is set by Millrace; write application: at the top level
          {bootstrap.servers: a:1, processing.guarantee: x} | kafka.processing.guarantee: is set by Millrace; write guarantee: at the top level
          """)
  void shouldCheckTheKafkaProperties(String kafka, String fault) {
    String yaml = ConfigFixture.MINIMAL.replace("{bootstrap.servers: localhost:9092}", kafka);
    assertThat(ConfigFixture.faults(yaml)).containsExactly("c.yaml:2: " + fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                     | c.yaml:1: is empty; expected keys with values, such as application: flights
          # only a comment                       | c.yaml:1: is empty; expected keys with values, such as application: flights
          - a                                    | c.yaml:1: starts with a list; expected keys with values, such as application: flights
          hello                                  | c.yaml:1: starts with "hello"; expected keys with values, such as application: flights
          a: 1\\n\\tb: 2                           | c.yaml:2: invalid YAML: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
          a: 1\\n- b                              | c.yaml:2: invalid YAML: expected <block end>, but found '-'
          a: b: c                                | c.yaml:1: invalid YAML: mapping values are not allowed here
          a:\\n  b: @c                            | c.yaml:2: invalid YAML: found character '@' that cannot start any token
          a:\\n  {b: ${C}}                        | c.yaml:2: invalid YAML: expected ',' or '}', but got { (inside { } or [ ] write "${NAME}" with quotes)
          """)
  void shouldNameTheLineThatIsNotYaml(String yaml, String fault) {
    String unescaped = yaml.replace("\\n", "\n").replace("\\t", "\t");
    assertThat(ConfigFixture.faults(unescaped)).containsExactly(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          training.batchSize=abc       | --set training.batchSize=abc: training.batchSize: expected a whole number, got "abc"
          training.batchSize           | --set training.batchSize: expected KEY=VALUE, such as training.batchSize=32
          =4                           | --set =4: expected KEY=VALUE, such as training.batchSize=32
          training.batchSize=          | --set training.batchSize=: training.batchSize: has no value; write for example batchSize: 64 under training:
          training.batchSze=3          | --set training.batchSze=3: training.batchSze: unknown key; did you mean training.batchSize?
          batchSize=3                  | --set batchSize=3: batchSize: unknown key; did you mean training.batchSize?
          training.batchSize.x=1       | --set training.batchSize.x=1: training.batchSize: expected a whole number, got a mapping
          threads=[2                   | --set threads=[2: threads: invalid YAML: expected ',' or ']', but got <stream end>
          kafka=5                      | --set kafka=5: kafka: expected a mapping of keys, got "5"
          kafka.sasl.password=         | --set kafka.sasl.password=[hidden]: kafka.sasl.password: has no value
          kafka.sasl.password: hunter2 | --set [hidden]: expected KEY=VALUE, such as training.batchSize=32
          kafka={sasl.password: x}     | --set kafka=[hidden]: kafka.bootstrap.servers: missing; write for example bootstrap.servers: localhost:9092 under kafka:
          """)
  void shouldNameTheOverride(String override, String fault) {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL, override)).containsExactly(fault);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http: {token: 'hunter2 ***'}",
        "http: {token: {hunter2: x}}",
        "http: {token: *hunter2}",
        "http: {token: &hunter2 x}",
        "http: {token: !hunter2!x y}",
        "http: 'token: hunter2'",
        "kafka: 'sasl.password=hunter2'",
        "kafka: {bootstrap.servers: 'https://me:hunter2@broker'}",
        "kafka: {ssl: {key: {password: [{a: hunter2}]}}}",
        "topics: {token: hunter2}",
        "http: {token: \"hunter2 ${NO}\"}"
      })
  void shouldNeverShowASecretWhateverIsWrongWithIt(String yaml) {
    String rest =
        yaml.startsWith("kafka") ? "application: a\nmodel: {inputs: 1}\n" : ConfigFixture.MINIMAL;

    assertThat(ConfigFixture.faults(rest + yaml))
        .isNotEmpty()
        .noneMatch(fault -> fault.contains("hunter2") && !fault.contains("unknown key"));
    assertThat(ConfigFixture.faults("token: hunter2, and no configuration"))
        .noneMatch(fault -> fault.contains("hunter2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          http: {port: "${PASSWORD}"}          | http.port: expected a whole number or none, got "${PASSWORD}"
          http: {host: "a ${PASSWORD}"}        | http.host: expected a host name or address, got "a ${PASSWORD}"
          topics: {partitions: "-${PORT:1}"}   | topics.partitions: must be at least 1, got "-${PORT:1}"
          training: {optimizer: "${PASSWORD}"} | training.optimizer: expected sgd, momentum, adagrad or adam, got "${PASSWORD}"
          training: {batchSize: "${HUGE}"}     | training.batchSize: mini-batch too large: batchSize * max(dense inputs, hidden, outputs) numbers, at most 2147483647
          http: {port: "${NO}${NEITHER}${X:}"} | http.port: not set in the environment, and has no default: NO, NEITHER
          """)
  void shouldNeverShowTheValueOfAVariable(String yaml, String fault) {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + yaml))
        .containsExactly("c.yaml:4: " + fault);
  }

  @Test
  void shouldReportEveryFaultInTheOrderOfTheFileThenTheOverrides() {
    String yaml =
        """
        threads: 0
        model:
          hidden: x
          hidden: 4
        http: {prt: 1}
        kafka:
          acks: all
        """;

    assertThat(ConfigFixture.faults(yaml, "publish.snapshotEvery=0", "example.label=features"))
        .containsExactly(
            "c.yaml:1: application: missing; write for example application: flights",
            "c.yaml:1: threads: must be at least 1, got \"0\"",
            "c.yaml:2: model.inputs: missing; write for example inputs: 4 under model:",
            "c.yaml:4: model.hidden: given twice, first at c.yaml:3",
            "c.yaml:5: http.prt: unknown key; did you mean http.port?",
            "c.yaml:6: kafka.bootstrap.servers: missing; write for example bootstrap.servers:"
                + " localhost:9092 under kafka:",
            "--set publish.snapshotEvery=0: publish.snapshotEvery: must be at least 1, got \"0\"",
            "--set example.label=features: example.label: example.label and example.features must"
                + " be different fields");
  }

  @Test
  void shouldRefuseAKeyThatIsNoName() {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + "? [a]\n: b"))
        .containsExactly("c.yaml:4: a key must be a name, not a list or a mapping");
  }

  @Test
  void shouldNotFollowAnAliasIntoItself() {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + "http: &a {host: *a}"))
        .containsExactly(
            "c.yaml:4: http: YAML anchors (&name) and aliases (*name) are not supported: repeat the value");
  }

  @Test
  void shouldRefuseASecondDocument() {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + "---\nthreads: 2"))
        .containsExactly("c.yaml:5: a second YAML document starts here, but only one is allowed");
  }

  @Test
  void shouldRefuseTopicNamesOf250Characters() throws ConfigException {
    String longest = "a".repeat(249);

    assertThat(
            ConfigFixture.read(ConfigFixture.MINIMAL, "topics.costs=" + longest).topics().costs())
        .isEqualTo(longest);
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL, "topics.costs=a" + longest))
        .singleElement()
        .asString()
        .endsWith("got \"" + "a".repeat(100) + "...\"");
  }

  @Test
  void shouldKeepAFaultToOneLine() {
    assertThat(ConfigFixture.faults(ConfigFixture.MINIMAL + "threads: \"2\\n3\""))
        .containsExactly("c.yaml:4: threads: expected a whole number, got \"2 3\"");
  }

  @Test
  void shouldRefuseNestingWithoutEnd() {
    assertThat(ConfigFixture.faults("a: " + "[".repeat(100_000)))
        .singleElement()
        .asString()
        .startsWith("c.yaml:1: invalid YAML: ");
  }
}
