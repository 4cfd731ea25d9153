package io.millrace.nn;

/**
 * What computes the matrix products. Both agree but for rounding; a model that goes on with the
 * other one stays as good, but its last bits are no longer those of a model that did not change.
 */
public enum KernelKind implements HasText {
  /** EJML's own products: on every JVM. */
  EJML {
    @Override
    public boolean isFast() {
      return true;
    }

    @Override
    Kernel create() {
      return new EjmlKernel();
    }
  },

  /**
   * Fused multiply-adds, on the vectors of the processor where the JVM has the module {@value
   * #MODULE}; elsewhere the same bits at a fraction of the speed.
   */
  VECTOR {
    @Override
    public boolean isFast() {
      return Vectors.ARE_FAST;
    }

    @Override
    Kernel create() {
      return isFast() ? Vectors.create() : new FusedKernel();
    }
  };

  /** The JDK's module that the fast kernel needs. */
  public static final String MODULE = "jdk.incubator.vector";

  private static final String TYPE = "io.millrace.nn.VectorKernel";

  /** The fastest that this JVM has. */
  public static KernelKind best() {
    return VECTOR.isFast() ? VECTOR : EJML;
  }

  /** Whether this JVM has it in its fast form. */
  public abstract boolean isFast();

  abstract Kernel create();

  /** The class that is compiled against the module, and is not to be loaded without it. */
  private static final class Vectors {
    static final boolean ARE_FAST =
        ModuleLayer.boot().findModule(MODULE).isPresent() && areWideEnough();

    private static boolean areWideEnough() {
      try {
        return (boolean) type().getDeclaredMethod("isFast").invoke(null);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(TYPE + " cannot be used", e);
      }
    }

    static Kernel create() {
      try {
        return (Kernel) type().getDeclaredConstructor().newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(TYPE + " cannot be used", e);
      }
    }

    private static Class<?> type() throws ClassNotFoundException {
      return Class.forName(TYPE);
    }
  }
}
