/**
 * Kafka as the commands use it: clients with the configured settings, bounded reads of whole
 * topics, the newest snapshot, and the reset of an application.
 *
 * <p>{@link KafkaClients} is the way in; every client of the commands comes from there.
 */
@NullMarked
package io.millrace.app.kafka;

import org.jspecify.annotations.NullMarked;
