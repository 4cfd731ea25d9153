package io.millrace.app.kafka;

import me.tongfei.progressbar.ProgressBarConsumer;

/** Where the progress bar goes when there is no terminal. */
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
