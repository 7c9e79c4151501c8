package io.github.balsaraft.examples.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildNodeTest {

  /** Ends as the test says. */
  private static class FakeProcess extends Process {

    private final int exitValue;
    private boolean destroyed;

    FakeProcess(int exitValue) {
      this.exitValue = exitValue;
    }

    @Override
    public long pid() {
      return 7;
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      return exitValue;
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
      return true;
    }

    @Override
    public int exitValue() {
      return exitValue;
    }

    @Override
    public void destroy() {
      destroyed = true;
    }
  }

  @Test
  void aProcessThatHasCrashedHasNotStopped() throws InterruptedException {
    new ChildNode(new FakeProcess(0)).stop();
    ChildNode crashed = new ChildNode(new FakeProcess(137));
    assertThatThrownBy(crashed::stop)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("process 7 has not stopped but ended with 137");
  }

  @Test
  void whoeverIsInterruptedWhileItStopsLeavesNoProcess() {
    FakeProcess process = new FakeProcess(0) {
      @Override
      public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        throw new InterruptedException();
      }
    };
    assertThatThrownBy(new ChildNode(process)::stop).isInstanceOf(InterruptedException.class);
    assertThat(process.destroyed).isTrue();
  }
}
