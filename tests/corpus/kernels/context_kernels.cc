// Communication deadlocks over condition variables, and over contexts that are never cancelled.
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>

#include "corpus/support/channel.h"
#include "corpus/support/context.h"
#include "corpus/support/kernel.h"
#include "corpus/support/locks.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

// A condition is signalled before any thread waits for it, and the signal is not remembered.
struct Kubernetes11298 : Kernel<Kubernetes11298> {
  using Kernel::Kernel;
  OwnerlessLock lock;  // locked by Notify, unlocked by WaitForStop
  std::condition_variable_any stop_wanted;
  bool is_stop_wanted = false;
  Channel<int> done;
  Channel<int> finished;
  Channel<int> waiter_end;
  Channel<int> notifier_end;
  std::latch signalled{1};

  void Body() {
    Go(&Kubernetes11298::SignalWhenDone);
    Go(&Kubernetes11298::Notify);
    done.Close();
    notifier_end.Receive();
  }
  void SignalWhenDone() {
    done.Receive();
    finished.Close();
  }
  void Notify() {
    lock.lock();
    Go(&Kubernetes11298::WaitForStop);
    finished.Receive();
    if (fixed()) is_stop_wanted = true;
    stop_wanted.notify_all();
    signalled.count_down();
    waiter_end.Receive();
    notifier_end.Close();
  }
  void WaitForStop() {
    signalled.wait();  // held
    if (!is_stop_wanted) stop_wanted.wait(lock);
    lock.unlock();
    waiter_end.Close();
  }
};
CORPUS_KERNEL(Kubernetes11298);

// After a failure, the awaited variables are not set.
struct Moby30408 : Kernel<Moby30408> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable activated;
  bool has_manifest = false;
  bool has_error = false;
  Channel<int> done;

  void Body() {
    Go(&Moby30408::AwaitActivation);
    FailToActivate();
    done.Receive();
  }
  void FailToActivate() {
    const std::lock_guard lock(mutex);
    has_error = true;
    if (fixed()) activated.notify_all();
  }
  void AwaitActivation() {
    {
      std::unique_lock lock(mutex);
      while (!has_manifest && !(fixed() && has_error)) activated.wait(lock);
    }
    done.Close();
  }
};
CORPUS_KERNEL(Moby30408);

// The receivers that must empty a channel come after the only sender has ended.
struct Cockroach10790 : Kernel<Cockroach10790> {
  using Kernel::Kernel;
  Channel<int> first;
  Channel<int> second;
  Channel<int> quiesce;
  Context context;
  std::latch sender_left{1};

  void Body() {
    context.Cancel();
    Go(&Cockroach10790::Serve);
    sender_left.wait();
    Collect();
    quiesce.Close();
  }
  void Serve() {
    // Go's select takes any of the cases that are ready. No receiver is there yet.
    while (Select({context.done().ToReceive(), first.ToSend(1), second.ToSend(2)}) != 0) {
    }
    sender_left.count_down();
  }
  void Collect() {
    for (Channel<int>* const channel : {&first, &second}) {
      if (Select({channel->ToReceive(), context.done().ToReceive()}) == 1)
        Go(&Cockroach10790::Drain);
    }
  }
  void Drain() {
    if (fixed()) {
      Select({first.ToReceive(), quiesce.ToReceive()});
    } else {
      first.Receive();
    }
  }
};
CORPUS_KERNEL(Cockroach10790);

// A transaction is dropped without commit or rollback. Only these would cancel its context.
struct Cockroach13197 : Kernel<Cockroach13197> {
  using Kernel::Kernel;
  Context context;

  void Body() {
    Begin();
    if (fixed()) Rollback();
  }
  void Begin() { Go(&Cockroach13197::AwaitDone); }
  void Rollback() { context.Cancel(); }
  void AwaitDone() { context.done().Receive(); }
};
CORPUS_KERNEL(Cockroach13197);

// Rows are never closed.
struct Cockroach13755 : Kernel<Cockroach13755> {
  using Kernel::Kernel;
  Context context;

  void Body() {
    Query();
    if (fixed()) CloseRows();
  }
  void Query() { Go(&Cockroach13755::CloseWhenDone); }
  void CloseWhenDone() {
    context.done().Receive();
    CloseRows();
  }
  void CloseRows() { context.Cancel(); }
};
CORPUS_KERNEL(Cockroach13755);

// A failed dial leaves a connection behind that it did not return.
struct Grpc862 : Kernel<Grpc862> {
  using Kernel::Kernel;
  Context dial;
  Context connection;

  void Body() {
    Go(&Grpc862::CancelDial);
    Dial();
  }
  void CancelDial() { dial.Cancel(); }
  void Dial() {
    Go(&Grpc862::ResetTransport);
    dial.done().Receive();
    if (fixed()) connection.Cancel();
  }
  void ResetTransport() {
    milliseconds pause(1200);  // longer than the check waits
    while (!SelectFor(pause, {connection.done().ToReceive()})) pause *= 2;
  }
};
CORPUS_KERNEL(Grpc862);

// A watcher cancels itself, and then sends to receivers that have ended.
struct Kubernetes25331 : Kernel<Kubernetes25331> {
  using Kernel::Kernel;
  Context context;
  Channel<int> error;
  Channel<int> result;

  void Body() {
    Go(&Kubernetes25331::Watch);
    StopWatching();
  }
  void Watch() {
    if (Select({error.ToReceive(), context.done().ToReceive()}) == 1) return;
    if (fixed()) {
      Select({result.ToSend(1), context.done().ToReceive()});
    } else {
      context.Cancel();
      result.Send(1);
    }
  }
  void StopWatching() {
    error.Send(1);
    context.Cancel();
  }
};
CORPUS_KERNEL(Kubernetes25331);

}  // namespace
}  // namespace corpus
