package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Model;
import io.millrace.topology.InitialModel;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code check}: what a configuration means, without starting anything. */
@Command(
    name = "check",
    description = "Read and check a configuration, print what was understood, start nothing.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private ConfigFile configFile = new ConfigFile();

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    Model model = InitialModel.of(config.model());
    System.out.println(configFile.describe());
    System.out.printf("# a model of %,d parameters%n", model.architecture().parameterCount());
    return 0;
  }
}
