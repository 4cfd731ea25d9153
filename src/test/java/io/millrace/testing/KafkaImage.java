package io.millrace.testing;

import org.apache.kafka.common.utils.AppInfoParser;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The image that Kafka containers are made from: Apache's, of the version that Millrace is built
 * with, or whatever the environment variable {@value #VARIABLE} names that behaves like it.
 */
public final class KafkaImage {
  private static final String VARIABLE = "MILLRACE_KAFKA_IMAGE";
  private static final String OFFICIAL = "apache/kafka";

  private KafkaImage() {}

  /**
   * The image, on a machine that has a Docker engine.
   *
   * @throws AssertionError when it has none: what was asked for cannot be tested, and is not
   *     skipped
   */
  public static DockerImageName name() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new AssertionError(
          "The container suite (mvn verify -Pcontainers) did NOT run: no Docker engine answers, at"
              + " DOCKER_HOST or at its usual place. mvn verify tests with the embedded broker.");
    }
    String named = System.getenv(VARIABLE);
    return DockerImageName.parse(
            named == null || named.isBlank() ? OFFICIAL + ":" + AppInfoParser.getVersion() : named)
        .asCompatibleSubstituteFor(OFFICIAL);
  }
}
