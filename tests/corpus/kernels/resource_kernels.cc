// Resource deadlocks: two locks taken in two orders, and one lock taken twice.
#include <chrono>
#include <latch>
#include <mutex>
#include <shared_mutex>

#include "corpus/support/channel.h"
#include "corpus/support/kernel.h"
#include "corpus/support/locks.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

// Heartbeats take the queue's lock and then a replica's lock. Ticks take them in the opposite
// order.
struct Cockroach10214 : Kernel<Cockroach10214> {
  using Kernel::Kernel;
  std::mutex coalesced;
  std::mutex raft;
  std::mutex state;
  std::latch both_hold{2};

  void Body() {
    Go(&Cockroach10214::SendHeartbeats);
    Go(&Cockroach10214::Tick);
  }
  void SendHeartbeats() {
    std::unique_lock lock(coalesced);
    both_hold.arrive_and_wait();
    if (fixed()) lock.unlock();
    ReportUnreachable();
  }
  void ReportUnreachable() { const std::lock_guard lock(raft); }
  void Tick() {
    const std::lock_guard first(raft);
    const std::lock_guard second(state);
    both_hold.arrive_and_wait();
    EnqueueHeartbeat();
  }
  void EnqueueHeartbeat() { const std::lock_guard lock(coalesced); }
};
CORPUS_KERNEL(Cockroach10214);

// A cacher's loop takes its own lock and then the cache's lock. An event takes them in the opposite
// order.
struct Kubernetes13135 : Kernel<Kubernetes13135> {
  using Kernel::Kernel;
  std::mutex cacher;
  std::mutex usable;  // of the fixed form: events never take it
  std::shared_mutex cache;
  WaitGroup ready;
  Channel<int> stop;
  std::latch event_holds_cache{1};
  std::latch loop_holds_cacher{1};

  void Body() {
    ready.Add(1);
    Go(&Kubernetes13135::RunLoop);
    ready.Wait();
    Go(&Kubernetes13135::AddEvent);
    loop_holds_cacher.wait();
    stop.Close();
  }
  void RunLoop() {
    for (int round = 1; !stop.TryReceive(); ++round) ListAndWatch(round);
  }
  void ListAndWatch(int round) {
    std::unique_lock lock(fixed() ? usable : cacher);
    if (round == 2) {
      event_holds_cache.wait();
      loop_holds_cacher.count_down();
    }
    const std::lock_guard replacing(cache);
    lock.unlock();  // the callback: the cacher can be used
    if (round == 1) ready.Done();
  }
  void AddEvent() {
    const std::lock_guard adding(cache);
    event_holds_cache.count_down();
    loop_holds_cacher.wait();  // held
    ProcessEvent();
  }
  void ProcessEvent() { const std::lock_guard lock(cacher); }
};
CORPUS_KERNEL(Kubernetes13135);

// A device is deleted twice. The first deletion takes the global lock again while it holds the
// device's lock.
struct Moby4951 : Kernel<Moby4951> {
  using Kernel::Kernel;
  std::mutex global;
  std::mutex device;
  std::latch first_removes{1};
  std::latch second_holds{1};

  void Body() {
    Go(&Moby4951::DeleteFirst);
    Go(&Moby4951::DeleteSecond);
  }
  void DeleteFirst() {
    if (fixed()) return DeleteInOrder();
    std::unique_lock outer(global);
    const std::lock_guard inner(device);
    outer.unlock();
    first_removes.count_down();
    second_holds.wait();  // held
    outer.lock();
  }
  void DeleteSecond() {
    if (fixed()) return DeleteInOrder();
    first_removes.wait();
    const std::lock_guard outer(global);
    second_holds.count_down();
    const std::lock_guard inner(device);
  }
  void DeleteInOrder() {
    const std::lock_guard first(device);
    std::unique_lock second(global);
    second.unlock();
    second.lock();
  }
};
CORPUS_KERNEL(Moby4951);

// A logger's exit path takes the lock of the entry that it ends.
struct Cockroach9935 : Kernel<Cockroach9935> {
  using Kernel::Kernel;
  PlainMutex mutex;

  void Body() { Go(&Cockroach9935::OutputLogEntry); }
  void OutputLogEntry() {
    std::unique_lock lock(mutex);
    if (fixed()) lock.unlock();
    ExitAfterError();  // the file cannot be created
  }
  void ExitAfterError() { const std::lock_guard lock(mutex); }
};
CORPUS_KERNEL(Cockroach9935);

// A callback takes a lock that its caller holds.
struct Etcd10492 : Kernel<Etcd10492> {
  using Kernel::Kernel;
  TurnstileLock lessor;

  void Body() { Renew(); }
  void Renew() {
    std::unique_lock lock(lessor);
    if (fixed()) lock.unlock();
    Checkpoint();
  }
  void Checkpoint() { const std::lock_guard lock(lessor); }
};
CORPUS_KERNEL(Etcd10492);

// A failed request keeps its read lock, and the client that is being closed waits behind it.
struct Etcd5509 : Kernel<Etcd5509> {
  using Kernel::Kernel;
  std::shared_mutex client;
  bool closed = false;
  std::latch cancelled{1};
  std::latch request_ended{1};

  void Body() {
    Go(&Etcd5509::Request);
    CloseClient();
  }
  void CloseClient() {
    client.lock();
    closed = true;
    client.unlock();
    cancelled.count_down();
    request_ended.wait();  // held
    client.lock();
    client.unlock();
  }
  void Request() {
    cancelled.wait();
    client.lock_shared();
    if (!closed || fixed()) client.unlock_shared();
    request_ended.count_down();
  }
};
CORPUS_KERNEL(Etcd5509);

// A timer that is aborted returns without unlocking.
struct Grpc3017 : Kernel<Grpc3017> {
  using Kernel::Kernel;
  PlainMutex mutex;
  bool abort = false;
  Channel<int> done;
  std::latch aborted{1};
  std::latch timer_ended{1};

  void Body() {
    Go(&Grpc3017::RunLoop);
    done.Receive();
  }
  void RunLoop() {
    RemoveConnection();
    CreateConnection();
    timer_ended.wait();
    RemoveConnection();
    done.Close();
  }
  void RemoveConnection() {
    const std::lock_guard lock(mutex);
    if (!abort) Go(&Grpc3017::RunTimer);
  }
  void CreateConnection() {
    const std::lock_guard lock(mutex);
    abort = true;
    aborted.count_down();
  }
  void RunTimer() {
    aborted.wait();  // held
    mutex.lock();
    if (!abort || fixed()) mutex.unlock();
    timer_ended.count_down();
  }
};
CORPUS_KERNEL(Grpc3017);

// An early return does not unlock.
struct Moby17176 : Kernel<Moby17176> {
  using Kernel::Kernel;
  PlainMutex devices;
  Channel<int> done;

  void Body() {
    CleanUpDeletedDevices();
    Go(&Moby17176::UseDevices);
    done.ReceiveFor(milliseconds(20));
  }
  void CleanUpDeletedDevices() {
    devices.lock();
    if (fixed()) devices.unlock();  // nothing to do
  }
  void UseDevices() {
    { const std::lock_guard lock(devices); }
    done.Close();
  }
};
CORPUS_KERNEL(Moby17176);

// Adding disks calls the function that removes them, which takes the same lock.
struct Moby36114 : Kernel<Moby36114> {
  using Kernel::Kernel;
  PlainMutex machine;

  void Body() { Go(&Moby36114::HotAddDisks); }
  void HotAddDisks() {
    const std::lock_guard lock(machine);
    if (fixed()) {
      RemoveWithLockHeld();
    } else {
      HotRemoveDisks();
    }
  }
  void HotRemoveDisks() {
    const std::lock_guard lock(machine);
    RemoveWithLockHeld();
  }
  void RemoveWithLockHeld() {}
};
CORPUS_KERNEL(Moby36114);

// A round that fails does not unlock before the next round.
struct Moby7559 : Kernel<Moby7559> {
  using Kernel::Kernel;
  PlainMutex tracking;

  void Body() { Go(&Moby7559::RunProxy); }
  void RunProxy() {
    for (int round = 0; round < 2; ++round) {
      tracking.lock();
      if (!Dial() && !fixed()) continue;
      tracking.unlock();
    }
  }
  bool Dial() { return false; }
};
CORPUS_KERNEL(Moby7559);

// The removal of a mapping sends a notification while the mapping is locked, and the notified code
// reads the mapping.
struct Syncthing4829 : Kernel<Syncthing4829> {
  using Kernel::Kernel;
  TurnstileLock service;
  TurnstileLock mapping;

  void Body() { RemoveMapping(); }
  void RemoveMapping() {
    const std::lock_guard outer(service);
    std::unique_lock inner(mapping);
    if (fixed()) inner.unlock();
    NotifyAddressRemoved();
  }
  void NotifyAddressRemoved() { const std::shared_lock lock(mapping); }
};
CORPUS_KERNEL(Syncthing4829);

}  // namespace
}  // namespace corpus
