// Mixed deadlocks of Istio, Kubernetes, Moby and CockroachDB: a lock is held during an operation on
// a channel or a wait group, or a wait group is misused.
#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <mutex>

#include "corpus/support/channel.h"
#include "corpus/support/kernel.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

// A handler sends while it holds the mutex that the receiver takes first.
struct Istio16224 : Kernel<Istio16224> {
  using Kernel::Kernel;
  std::mutex mutex;
  Channel<int> events;
  Channel<int> done;
  Channel<int> stop;
  std::latch handler_holds{1};

  void Body() {
    Go(&Istio16224::RunEventLoop);
    events.Send(1);
    handler_holds.wait();
    { const std::lock_guard lock(mutex); }
    done.Receive();
    stop.Close();
  }
  void RunEventLoop() {
    while (Select({events.ToReceive(), stop.ToReceive()}) == 0) OnEvent();
  }
  void OnEvent() {
    std::unique_lock lock(mutex);
    handler_holds.count_down();
    if (fixed()) lock.unlock();
    done.Send(1);
  }
};
CORPUS_KERNEL(Istio16224);

// A setter sends while it holds a lock that the receiver takes between two receives.
struct Kubernetes10182 : Kernel<Kubernetes10182> {
  using Kernel::Kernel;
  std::mutex mutex;
  Channel<int> updates;
  std::latch first_set{1};

  void Body() {
    Go(&Kubernetes10182::Sync);
    Go(&Kubernetes10182::SetFirst);
    Go(&Kubernetes10182::SetSecond);
  }
  void Sync() {
    for (int round = 0; round < 2; ++round) {
      updates.Receive();
      if (!fixed()) AwaitSender(updates);  // held
      const std::lock_guard lock(mutex);
    }
  }
  void SetFirst() {
    SetStatus();
    first_set.count_down();
  }
  void SetSecond() {
    first_set.wait();
    SetStatus();
  }
  void SetStatus() {
    std::unique_lock lock(mutex);
    if (fixed()) lock.unlock();
    updates.Send(1);
  }
};
CORPUS_KERNEL(Kubernetes10182);

// A watcher is stopped by closing its channel. The close needs the lock that the sender to the
// channel holds.
struct Kubernetes1321 : Kernel<Kubernetes1321> {
  using Kernel::Kernel;
  std::mutex mux;
  std::mutex registry;
  Channel<int> watcher;
  Channel<int> watcher_done;
  bool has_watcher = false;
  std::latch watcher_added{1};
  std::latch loop_holds{1};

  void Body() { Go(&Kubernetes1321::Client); }
  void Client() {
    Go(&Kubernetes1321::Distribute);
    {
      const std::lock_guard lock(registry);
      has_watcher = true;
    }
    watcher_added.count_down();
    loop_holds.wait();
    StopWatcher();
  }
  void Distribute() {
    watcher_added.wait();  // held
    const std::lock_guard first(mux);
    loop_holds.count_down();
    const std::lock_guard second(registry);
    if (!has_watcher) return;
    if (fixed()) {
      Select({watcher.ToSend(1), watcher_done.ToReceive()});
    } else {
      watcher.Send(1);
    }
  }
  void StopWatcher() {
    if (fixed()) watcher_done.Close();
    const std::lock_guard lock(mux);
    watcher.Close();
  }
};
CORPUS_KERNEL(Kubernetes1321);

// A processor waits for its stop while it holds a lock. The test waits for threads that need the
// lock before it stops the processor.
struct Kubernetes26980 : Kernel<Kubernetes26980> {
  using Kernel::Kernel;
  std::mutex mutex;
  int items = 0;
  Channel<int> result;
  Channel<int> stop;
  std::latch processor_holds{1};

  void Body() {
    Add();
    Go(&Kubernetes26980::Process);
    processor_holds.wait();
    Go(&Kubernetes26980::CloseResult);
    result.Receive();
    stop.Close();
  }
  void Add() {
    const std::lock_guard lock(mutex);
    ++items;
  }
  void Process() {
    std::unique_lock lock(mutex);
    processor_holds.count_down();
    if (items == 0) return;
    if (fixed()) lock.unlock();
    Select({stop.ToReceive()});
  }
  void CloseResult() {
    std::unique_lock lock(mutex);
    result.Close();
    if (!fixed()) static_cast<void>(lock.release());  // never unlocked
  }
};
CORPUS_KERNEL(Kubernetes26980);

// A monitor is stopped by a thread that holds the lock that the monitor's probe needs.
struct Moby28462 : Kernel<Moby28462> {
  using Kernel::Kernel;
  std::mutex container;
  Channel<int> stop;
  std::latch probing{1};
  std::latch updater_holds{1};

  void Body() {
    Go(&Moby28462::Monitor);
    Go(&Moby28462::UpdateState);
  }
  void Monitor() {
    while (!stop.TryReceive()) Probe();
  }
  void Probe() {
    probing.count_down();
    updater_holds.wait();  // held
    const std::lock_guard lock(container);
  }
  void UpdateState() {
    probing.wait();
    const std::lock_guard lock(container);
    updater_holds.count_down();
    if (fixed()) {
      stop.Close();
    } else {
      stop.Send(1);
    }
  }
};
CORPUS_KERNEL(Moby28462);

// A stopper holds its mutex and waits for a worker that needs the mutex to begin its task.
struct Cockroach1055 : Kernel<Cockroach1055> {
  using Kernel::Kernel;
  struct Stopper {
    std::mutex mutex;
    std::atomic<bool> draining{false};
    WaitGroup drain;  // tasks
    WaitGroup stop;   // workers
    Channel<int> stopped;
  };
  std::array<Stopper, 3> stoppers;
  Channel<int> closer_end;
  std::latch flag_read{1};
  std::latch quiesced{1};
  std::latch tasks_begun{2};
  std::latch first_stopping{1};

  void Body() {
    for (Stopper& stopper : stoppers) stopper.stop.Add(1);
    Go(&Cockroach1055::FirstWorker);
    Go(&Cockroach1055::OtherWorker, 1);
    Go(&Cockroach1055::OtherWorker, 2);
    Go(&Cockroach1055::CloseAll);
    closer_end.Receive();
  }
  void FirstWorker() {
    Stopper& stopper = stoppers[0];
    if (fixed()) {
      quiesced.wait();
    } else if (stopper.draining) {
      return;
    }
    flag_read.count_down();
    if (!fixed()) first_stopping.wait();  // held
    Work(stopper);
  }
  void OtherWorker(std::size_t index) {
    quiesced.wait();
    Work(stoppers[index]);
  }
  void Work(Stopper& stopper) {
    if (BeginTask(stopper)) {
      if (&stopper != &stoppers[0]) tasks_begun.count_down();
      stopper.stopped.Receive();
      if (fixed()) stopper.drain.Done();
    }
    stopper.stop.Done();
  }
  bool BeginTask(Stopper& stopper) {
    const std::lock_guard lock(stopper.mutex);
    if (fixed() && stopper.draining) return false;
    stopper.drain.Add(1);
    return true;
  }
  void CloseAll() {
    if (!fixed()) flag_read.wait();
    for (Stopper& stopper : stoppers) Quiesce(stopper);
    quiesced.count_down();
    tasks_begun.wait();
    for (Stopper& stopper : stoppers) Stop(stopper);
    closer_end.Close();
  }
  void Quiesce(Stopper& stopper) {
    const std::lock_guard lock(stopper.mutex);
    stopper.draining = true;
    stopper.drain.Wait();
    stopper.draining = false;
  }
  void Stop(Stopper& stopper) {
    std::unique_lock lock(stopper.mutex);
    stopper.draining = true;
    stopper.stopped.Close();
    if (&stopper == &stoppers[0]) first_stopping.count_down();
    if (fixed()) lock.unlock();
    stopper.stop.Wait();
    if (fixed()) stopper.drain.Wait();
  }
};
CORPUS_KERNEL(Cockroach1055);

// Each round waits for all plugins, but only the first was started.
struct Moby25384 : Kernel<Moby25384> {
  using Kernel::Kernel;
  WaitGroup plugins;

  void Body() { Go(&Moby25384::InitializePlugins); }
  void InitializePlugins() {
    plugins.Add(2);
    for (int plugin = 0; plugin < 2; ++plugin) {
      Go(&Moby25384::RunPlugin);
      if (!fixed()) plugins.Wait();
    }
    plugins.Wait();
  }
  void RunPlugin() { plugins.Done(); }
};
CORPUS_KERNEL(Moby25384);

}  // namespace
}  // namespace corpus
