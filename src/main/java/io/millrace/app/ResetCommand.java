package io.millrace.app;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.Reset;
import io.millrace.app.process.ExitException;
import io.millrace.app.process.StandardInput;
import io.millrace.app.process.Terminal;
import io.millrace.broker.EmbeddedBroker;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code reset}: deletes a model and its positions in the topics. */
@Command(
    name = "reset",
    description = {
      "Delete the model, its training log and its positions in the topics. The next run starts with"
          + " a new model at the first event of the examples topic.",
      "Prints what will be deleted, and asks. Stop every instance first."
    })
final class ResetCommand implements Callable<Integer> {
  @Mixin private ConfigFile configFile = new ConfigFile();
  @Mixin private EmbeddedBrokerOption embeddedBroker = new EmbeddedBrokerOption();

  @Option(names = "--yes", description = "Delete without asking.")
  private boolean yes;

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    try (EmbeddedBroker broker = embeddedBroker.start(config)) {
      KafkaClients clients = new KafkaClients(config);
      try (Admin admin = clients.reach()) {
        Reset.requireRights(config, admin);
        reset(config, new Reset(config, clients, admin));
      }
    }
    return 0;
  }

  private void reset(MillraceConfig config, Reset reset) {
    reset.requireStopped(System.out);
    reset.plan().forEach(System.out::println);
    if (!yes && !isConfirmed()) {
      throw ExitException.usage("Nothing was deleted");
    }
    reset.perform();
    System.out.printf(
        Locale.ROOT,
        "Deleted. The next run of application %s starts with a new model.%n",
        config.application());
  }

  private static boolean isConfirmed() {
    if (!Terminal.isAttached()) {
      throw ExitException.usage(
          "Nothing was deleted: reset must ask first, and there is no terminal. Use --yes to reset without a question");
    }
    return Confirmation.isGiven(
        "Delete all this?",
        new InputStreamReader(StandardInput.open(), Charset.defaultCharset()),
        System.out);
  }
}
