package io.millrace.app.run;

import io.millrace.app.process.Stop;
import io.millrace.topology.ConfigDigest;
import io.millrace.topology.LearnerException;
import io.millrace.topology.topics.KafkaAnswers;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses to start if another instance of the application has another configuration. */
final class InstanceCheck {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceCheck.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Admin admin;
  private final String application;
  private final ConfigDigest own;

  InstanceCheck(Admin admin, String application, ConfigDigest own) {
    this.admin = admin;
    this.application = application;
    this.own = own;
  }

  /**
   * Checks the other instances.
   *
   * @param patience how long to wait for instances with another configuration to leave: a killed
   *     instance stays in the group until its session ends
   * @param stop ends the wait
   * @throws LearnerException when such an instance is still there after that time
   */
  void requireSame(Duration patience, Stop stop) {
    long deadline = System.nanoTime() + patience.toNanos();
    Optional<MemberDescription> odd = odd();
    while (odd.isPresent() && System.nanoTime() < deadline && !stop.await(PAUSE)) {
      odd = odd();
    }
    if (odd.isPresent() && !stop.isRequested()) {
      throw new LearnerException(describe(odd.get()));
    }
  }

  /** A member of the group with another configuration. */
  private Optional<MemberDescription> odd() {
    return members().stream()
        .filter(member -> digest(member).filter(digest -> !digest.equals(own)).isPresent())
        .findFirst();
  }

  private static Optional<ConfigDigest> digest(MemberDescription member) {
    return ConfigDigest.inClientId(member.clientId());
  }

  private String describe(MemberDescription odd) {
    return String.format(
        Locale.ROOT,
        "Application %s already runs on %s with another configuration (client id %s; different:"
            + " %s). All instances of an application need the same configuration. Stop that instance, or"
            + " give this one another application.",
        application,
        odd.host().replaceFirst("^/", ""),
        odd.clientId(),
        own.differences(digest(odd).orElseThrow()));
  }

  private Collection<MemberDescription> members() {
    try {
      Map<String, ConsumerGroupDescription> groups =
          KafkaAnswers.get(admin.describeConsumerGroups(List.of(application)).all());
      ConsumerGroupDescription group = groups.get(application);
      return group == null ? List.of() : group.members();
    } catch (GroupIdNotFoundException e) {
      return List.of(); // it never ran
    } catch (AuthorizationException e) {
      LOG.debug("The group cannot be described", e); // joining it says so
      return List.of();
    }
  }
}
