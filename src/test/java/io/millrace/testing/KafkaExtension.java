package io.millrace.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Behind {@link WithKafka}. The stores close what they hold: the topics' client at the end of the
 * test or class that asked for it, Kafka itself at the end of the launcher's session.
 */
final class KafkaExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(KafkaExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == KafkaUnderTest.class || type == TestTopics.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    KafkaUnderTest kafka = kafka(context);
    return parameter.getParameter().getType() == KafkaUnderTest.class
        ? kafka
        : context
            .getStore(NAMESPACE)
            .computeIfAbsent(
                TestTopics.class,
                key -> new TestTopics(kafka.bootstrapServers()),
                TestTopics.class);
  }

  private static KafkaUnderTest kafka(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(KafkaUnderTest.class, key -> KafkaUnderTest.start(), KafkaUnderTest.class);
  }
}
