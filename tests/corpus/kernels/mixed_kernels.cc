// Mixed deadlocks: a lock is held over an operation on a channel, or a wait group is misused.
#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "corpus/support/channel.h"
#include "corpus/support/kernel.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

/// Returns once somebody waits in a send on `channel`.
template <typename T>
void AwaitSender(const Channel<T>& channel) {
  while (channel.senders() == 0) std::this_thread::yield();
}

// The stopper waits, with the lock, for a loop that needs the lock once more.
struct Etcd6873 : Kernel<Etcd6873> {
  using Kernel::Kernel;
  std::mutex mutex;
  Channel<int> updates{1};
  Channel<int> done;
  std::latch taken{1};
  std::latch stopping{1};

  void Body() {
    Go(&Etcd6873::Coalesce);
    updates.Send(1);
    Go(&Etcd6873::Stop);
  }
  void Coalesce() {
    while (updates.Receive()) {
      taken.count_down();
      stopping.wait();  // held
      const std::lock_guard lock(mutex);
    }
    done.Close();
  }
  void Stop() {
    taken.wait();
    std::unique_lock lock(mutex);
    updates.Close();
    stopping.count_down();
    if (fixed()) lock.unlock();
    done.Receive();
  }
};
CORPUS_KERNEL(Etcd6873);

// A balancer sends, under its mutex, to a full channel of which the sender is the only receiver.
struct Etcd7443 : Kernel<Etcd7443> {
  using Kernel::Kernel;
  using Addresses = std::vector<int>;
  static constexpr int kNone = 0;
  std::mutex mutex;
  int pinned = kNone;
  Channel<Addresses> notify{1};
  Channel<int> stop;
  Channel<int> closer_end;
  std::array<std::latch, 3> may_reset{std::latch(1), std::latch(1), std::latch(1)};
  std::latch first_pinned{1};

  void Body() {
    notify.Send({0, 1, 2});
    Go(&Etcd7443::Watch);
    Go(&Etcd7443::CloseBalancer);
    Go(&Etcd7443::CloseConnection);
    closer_end.Receive();
    stop.Close();
  }
  void Watch() {
    notify.Receive();
    for (int address = 0; address < 3; ++address) Go(&Etcd7443::ResetConnection, address);
    may_reset[0].count_down();
    notify.Receive();
    may_reset[1].count_down();
    first_pinned.wait();  // held
    for (const int address : {1, 2}) TearDown(address);
    while (Select({notify.ToReceive(), stop.ToReceive()}) == 0) {
    }
  }
  void ResetConnection(int address) {
    may_reset[static_cast<std::size_t>(address)].wait();  // held
    std::unique_lock lock(mutex);
    if (pinned == kNone) {
      pinned = address;
      Notify(lock, {address});
    }
    if (address == 1) first_pinned.count_down();
  }
  void TearDown(int address) {
    std::unique_lock lock(mutex);
    if (pinned == address) {
      pinned = kNone;
      may_reset[2].count_down();
      Notify(lock, {});
    }
  }
  void Notify(std::unique_lock<std::mutex>& lock, const Addresses& addresses) {
    if (!fixed()) return notify.Send(addresses);
    lock.unlock();
    while (!notify.TrySend(addresses))
      notify.TryReceive();  // the latest list is the one that counts
  }
  void CloseBalancer() {
    may_reset[2].wait();
    { const std::lock_guard lock(mutex); }
    closer_end.Close();
  }
  void CloseConnection() {
    may_reset[2].wait();
    const std::lock_guard lock(mutex);
  }
};
CORPUS_KERNEL(Etcd7443);

// A follower waits for the leader under the mutex that the leader needs.
struct Etcd7902 : Kernel<Etcd7902> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::shared_ptr<Channel<int>> next = std::make_shared<Channel<int>>();
  WaitGroup workers;
  std::latch validated{3};
  std::latch follower_waits{1};

  void Body() { Go(&Etcd7902::RunElection); }
  void RunElection() {
    workers.Add(3);
    Go(&Etcd7902::Leader);
    Go(&Etcd7902::FirstFollower);
    Go(&Etcd7902::SecondFollower);
    workers.Wait();
  }
  std::shared_ptr<Channel<int>> Validate() {
    std::unique_lock lock(mutex);
    auto mine = next;
    lock.unlock();
    validated.arrive_and_wait();
    return mine;
  }
  void Leader() {
    const auto mine = Validate();
    follower_waits.wait();  // held
    {
      const std::lock_guard lock(mutex);
      next = std::make_shared<Channel<int>>();
      mine->Close();
    }
    workers.Done();
  }
  void FirstFollower() {
    const auto mine = Validate();
    std::unique_lock lock(mutex);
    follower_waits.count_down();
    Release(lock, *mine);
    workers.Done();
  }
  void SecondFollower() {
    const auto mine = Validate();
    follower_waits.wait();  // held
    std::unique_lock lock(mutex);
    Release(lock, *mine);
    workers.Done();
  }
  void Release(std::unique_lock<std::mutex>& lock, Channel<int>& mine) {
    if (fixed()) lock.unlock();
    mine.Receive();
  }
};
CORPUS_KERNEL(Etcd7902);

// An updater sends under a lock that the receiver needs before it receives again.
struct Grpc1353 : Kernel<Grpc1353> {
  using Kernel::Kernel;
  std::mutex round_robin;
  std::mutex connection;
  Channel<int> addresses{fixed() ? std::size_t{1} : 0};
  Channel<int> updates_end;

  void Body() {
    Go(&Grpc1353::Update);
    Go(&Grpc1353::Watch);
    Go(&Grpc1353::Handle);
  }
  void Update() {
    for (int round = 0; round < 100; ++round) {
      const std::lock_guard lock(round_robin);
      if (fixed()) addresses.TryReceive();
      addresses.Send(round);
    }
    addresses.Close();
    updates_end.Close();
  }
  void Watch() {
    while (addresses.Receive()) {
      if (!fixed()) AwaitSender(addresses);  // held
      TearDown();
    }
  }
  void TearDown() {
    const std::lock_guard first(connection);
    const std::lock_guard second(round_robin);
  }
  void Handle() { updates_end.Receive(); }
};
CORPUS_KERNEL(Grpc1353);

// A keepalive waits to be woken, with the lock of who would wake it.
struct Grpc1460 : Kernel<Grpc1460> {
  using Kernel::Kernel;
  std::mutex mutex;
  int streams = 0;
  Channel<int> awaken{fixed() ? std::size_t{1} : 0};
  std::latch keepalive_holds{1};

  void Body() {
    Go(&Grpc1460::KeepAlive);
    Go(&Grpc1460::NewStream);
  }
  void KeepAlive() {
    std::unique_lock lock(mutex);
    if (streams != 0) return;
    keepalive_holds.count_down();
    if (fixed()) lock.unlock();
    awaken.Receive();
  }
  void NewStream() {
    keepalive_holds.wait();
    const std::lock_guard lock(mutex);
    ++streams;
    awaken.TrySend(1);
  }
};
CORPUS_KERNEL(Grpc1460);

// A handler sends under the mutex that the receiver takes first.
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

// A setter sends under a lock that the receiver takes between two receives.
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

// A watcher is stopped by closing its channel under the lock that is held while it is sent to.
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

// A processor waits for its stop with the lock of those that the test waits for before it stops it.
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

// A monitor is told to stop under the lock that its probe needs.
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

// A stopper waits, with its mutex, for a worker that needs the mutex in order to begin its task.
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

// Each round waits for all plugins, of which only the first has been started.
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
