package io.millrace.app.kafka;

import me.tongfei.progressbar.ProgressBarConsumer;

/** Hides the progress bar if there is no terminal. */
public final class HiddenProgressBar implements ProgressBarConsumer {
  @Override
  public int getMaxRenderedLength() {
    return 0;
  }

  @Override
  public void accept(String bar) {}

  @Override
  public void close() {}
}
