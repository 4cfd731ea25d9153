package io.millrace.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class, as parameters, a {@link KafkaUnderTest} and a {@link TestTopics}. One
 * Kafka serves all the tests of a JVM, so that it starts once; the tests keep apart by the names of
 * their topics, groups and transactions.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KafkaExtension.class)
public @interface WithKafka {}
