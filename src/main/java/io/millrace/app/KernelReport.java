package io.millrace.app;

import io.millrace.config.MillraceConfig;
import io.millrace.nn.KernelKind;
import java.lang.module.ModuleFinder;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people are told about the matrix products. */
final class KernelReport {
  private static final Logger LOG = LoggerFactory.getLogger(KernelReport.class);
  private static final String FLAG = "java --add-modules " + KernelKind.MODULE + " ...";

  private KernelReport() {}

  /** Which are in use, and how this JVM would have faster ones. */
  static String describe(MillraceConfig config) {
    KernelKind kernel = config.training().kernelKind();
    if (!kernel.isFast()) {
      return String.format(
          Locale.ROOT,
          "%s, without the module that makes it fast; start with %s",
          kernel.text(),
          FLAG);
    }
    return couldBeFaster(config)
        ? String.format(Locale.ROOT, "%s; several times as fast with %s", kernel.text(), FLAG)
        : kernel.text();
  }

  /** Logs which are in use, and prints a line where this JVM would have faster ones. */
  static void announce(MillraceConfig config) {
    LOG.info("Matrix products: {}", config.training().kernelKind().text());
    if (couldBeFaster(config) || !config.training().kernelKind().isFast()) {
      System.out.printf(Locale.ROOT, "Matrix products: %s%n", describe(config));
    }
  }

  /**
   * Where it was left to Millrace, and the JDK has the module that this JVM was started without.
   */
  private static boolean couldBeFaster(MillraceConfig config) {
    return config.training().kernel().isEmpty()
        && !KernelKind.VECTOR.isFast()
        && ModuleLayer.boot().findModule(KernelKind.MODULE).isEmpty()
        && ModuleFinder.ofSystem().find(KernelKind.MODULE).isPresent();
  }
}
