package io.millrace.app;

import io.millrace.config.MillraceConfig;
import io.millrace.nn.KernelKind;
import java.lang.module.ModuleFinder;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which implementation of the matrix products is in use. */
final class KernelReport {
  private static final Logger LOG = LoggerFactory.getLogger(KernelReport.class);
  private static final String FLAG = "java --add-modules " + KernelKind.MODULE;

  private KernelReport() {}

  /** Which implementation is in use, and the option that makes it faster. */
  static String describe(MillraceConfig config) {
    KernelKind kernel = config.training().kernelKind();
    if (!kernel.isFast()) {
      return String.format(Locale.ROOT, "%s (slow without %s)", kernel.text(), FLAG);
    }
    return couldBeFaster(config)
        ? String.format(Locale.ROOT, "%s (faster with %s)", kernel.text(), FLAG)
        : kernel.text();
  }

  /** Logs which implementation is in use, and prints a line if this JVM could be faster. */
  static void announce(MillraceConfig config) {
    LOG.info("Matrix products: {}", config.training().kernelKind().text());
    if (couldBeFaster(config) || !config.training().kernelKind().isFast()) {
      System.out.printf(Locale.ROOT, "Matrix products: %s%n", describe(config));
    }
  }

  /** If Millrace may choose, and the JDK has the module, but this JVM was started without it. */
  private static boolean couldBeFaster(MillraceConfig config) {
    return config.training().kernel().isEmpty()
        && !KernelKind.VECTOR.isFast()
        && ModuleLayer.boot().findModule(KernelKind.MODULE).isEmpty()
        && ModuleFinder.ofSystem().find(KernelKind.MODULE).isPresent();
  }
}
