// Mixed deadlocks of etcd and gRPC: a lock is held during an operation on a channel.
#include <array>
#include <cstddef>
#include <latch>
#include <memory>
#include <mutex>
#include <vector>

#include "corpus/support/channel.h"
#include "corpus/support/kernel.h"
#include "corpus/support/wait_group.h"

namespace corpus {
namespace {

// The stopper holds the lock and waits for a loop that needs the lock once more.
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

// A balancer holds its mutex and sends to a full channel. The sender itself is the only receiver.
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
      if (address == 1) may_reset[2].count_down();  // 2 may be pinned by now, too
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

// A follower waits for the leader while it holds the mutex that the leader needs.
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

// An updater sends while it holds a lock that the receiver needs before it receives again.
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

// A keepalive waits for a notification while it holds the lock that the notifying thread needs.
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

}  // namespace
}  // namespace corpus
