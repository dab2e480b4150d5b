// Communication deadlocks over channels alone: no thread is left to receive, or none is left to
// send.
#include <array>
#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "corpus/support/channel.h"
#include "corpus/support/context.h"
#include "corpus/support/kernel.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

// The compactor announces itself before any thread listens.
struct Cockroach24808 : Kernel<Cockroach24808> {
  using Kernel::Kernel;
  Channel<int> wake_up{1};

  void Body() {
    wake_up.Send(1);
    StartCompactor();
  }
  void StartCompactor() {
    if (fixed()) {
      wake_up.TrySend(1);  // a full slot says it already
    } else {
      wake_up.Send(1);
    }
    Go(&Cockroach24808::Compact);
  }
  void Compact() { wake_up.Receive(); }
};
CORPUS_KERNEL(Cockroach24808);

// The code receives, although it should only ask if the channel is closed.
struct Cockroach25456 : Kernel<Cockroach25456> {
  using Kernel::Kernel;
  Channel<int> quiesce;

  void Body() {
    ProcessConsistencyQueue();
    ProcessConsistencyQueue();
  }
  void ProcessConsistencyQueue() {
    if (fixed()) {
      quiesce.TryReceive();
    } else {
      quiesce.Receive();
    }
  }
};
CORPUS_KERNEL(Cockroach25456);

// Receivers are notified one after the other, and the channel of the first one is full.
struct Cockroach35931 : Kernel<Cockroach35931> {
  using Kernel::Kernel;
  Channel<int> left{1};
  Channel<int> right{1};
  std::mutex registry;
  std::vector<Channel<int>*> receivers;

  void Body() {
    left.Send(0);
    if (fixed()) Go(&Cockroach35931::ReadLeft);
    {
      const std::lock_guard lock(registry);
      receivers = {&left, &right};
    }
    CancelFlow();
  }
  void CancelFlow() {
    std::vector<Channel<int>*> copied;
    {
      const std::lock_guard lock(registry);
      copied = receivers;
    }
    for (Channel<int>* const receiver : copied) {
      if (fixed()) {
        Go(&Cockroach35931::Push, receiver);
      } else {
        Push(receiver);
      }
    }
  }
  void Push(Channel<int>* receiver) { receiver->Send(1); }
  void ReadLeft() {
    left.Receive();
    left.Receive();
  }
};
CORPUS_KERNEL(Cockroach35931);

// The run loop has already ended when the status is requested.
struct Etcd6857 : Kernel<Etcd6857> {
  using Kernel::Kernel;
  Channel<Channel<int>*> status;
  Channel<int> reply{1};
  Channel<int> stop;
  Channel<int> done;
  std::latch stopped{1};

  void Body() {
    Go(&Etcd6857::Run);
    Go(&Etcd6857::Status);
    Go(&Etcd6857::Stop);
  }
  void Run() {
    Channel<int>* asked = nullptr;
    while (Select({status.ToReceive(&asked), stop.ToReceive()}) == 0) asked->Send(0);
    done.Close();
  }
  void Stop() {
    stop.Send(1);
    done.Receive();
    stopped.count_down();
  }
  void Status() {
    stopped.wait();  // held
    if (fixed()) {
      Select({status.ToSend(&reply), done.ToReceive()});
    } else {
      status.Send(&reply);
    }
  }
};
CORPUS_KERNEL(Etcd6857);

// Closing a stream does not wake the reader of its buffer.
struct Grpc1275 : Kernel<Grpc1275> {
  using Kernel::Kernel;
  Channel<int> buffer;
  Channel<int> donec;

  void Body() {
    Go(&Grpc1275::ReadStream);
    CloseStream();
    donec.ReceiveFor(milliseconds(20));
  }
  void ReadStream() {
    buffer.Receive();
    donec.Close();
  }
  void CloseStream() {
    if (fixed()) buffer.Close();
  }
};
CORPUS_KERNEL(Grpc1275);

// The watcher of addresses ends without a notification to the thread that waits for the first
// address.
struct Grpc1424 : Kernel<Grpc1424> {
  using Kernel::Kernel;
  Channel<int> addresses;
  Channel<int> done;

  void Body() {
    Go(&Grpc1424::AwaitAddresses);
    addresses.Close();
  }
  void AwaitAddresses() {
    Go(&Grpc1424::WatchAddresses);
    done.Receive();
  }
  void WatchAddresses() {
    while (addresses.Receive()) {
    }
    if (fixed()) done.Close();
  }
};
CORPUS_KERNEL(Grpc1424);

// The loop is stopped while its worker still has a result to hand over.
struct Grpc660 : Kernel<Grpc660> {
  using Kernel::Kernel;
  Channel<int> stop;
  std::latch loop_left{1};

  void Body() {
    Go(&Grpc660::Loop);
    Go(&Grpc660::Stop);
  }
  void Loop() {
    for (;;) {
      const auto done = std::make_shared<Channel<int>>(fixed() ? 1 : 0);
      Go(&Grpc660::Perform, done);
      if (Select({done->ToReceive(), stop.ToReceive()}) == 1) break;
    }
    loop_left.count_down();
  }
  void Stop() { stop.Send(1); }
  void Perform(const std::shared_ptr<Channel<int>>& done) {
    loop_left.wait();  // held
    done->Send(1);
  }
};
CORPUS_KERNEL(Grpc660);

// Epochs end after their agent was cancelled.
struct Istio17860 : Kernel<Istio17860> {
  using Kernel::Kernel;
  Context context;
  Channel<int> status;
  std::mutex mutex;
  int epoch = 0;
  std::latch restarted{1};
  std::latch agent_left{1};

  void Body() {
    Go(&Istio17860::Agent);
    Restart();
    Go(&Istio17860::RestartAgain);
    restarted.wait();
    context.Cancel();
  }
  void Agent() {
    while (Select({status.ToReceive(), context.done().ToReceive()}) == 0) {
    }
    agent_left.count_down();
  }
  void Restart() {
    const std::lock_guard lock(mutex);
    Go(&Istio17860::RunEpoch, ++epoch);
  }
  void RestartAgain() {
    for (int poll = 0; poll < 3; ++poll) std::this_thread::yield();  // still not alive
    Restart();
    restarted.count_down();
  }
  void RunEpoch(int number) {
    agent_left.wait();  // held
    if (fixed()) {
      Select({status.ToSend(number), context.done().ToReceive()});
    } else {
      status.Send(number);
    }
  }
};
CORPUS_KERNEL(Istio17860);

// A handler answers after its request has timed out, with a result or with an error.
template <typename Derived>
struct Kubernetes5316Base : Kernel<Derived> {
  using Kernel<Derived>::Kernel;
  Channel<int> result{this->fixed() ? std::size_t{1} : 0};
  Channel<int> error{this->fixed() ? std::size_t{1} : 0};
  std::latch timed_out{1};

  void Body() {
    this->Go(&Derived::Handle);
    SelectFor(milliseconds(1), {result.ToReceive(), error.ToReceive()});
    timed_out.count_down();
  }
};

struct Kubernetes5316 : Kubernetes5316Base<Kubernetes5316> {
  using Kubernetes5316Base::Kubernetes5316Base;
  void Handle() {
    timed_out.wait();  // held
    result.Send(1);
  }
};
CORPUS_KERNEL(Kubernetes5316);

struct Kubernetes5316Error : Kubernetes5316Base<Kubernetes5316Error> {
  using Kubernetes5316Base::Kubernetes5316Base;
  void Handle() {
    timed_out.wait();  // held
    error.Send(1);
  }
};
CORPUS_KERNEL(Kubernetes5316Error);

// An error is sent on a channel that no receiver can know yet.
struct Moby33293 : Kernel<Moby33293> {
  using Kernel::Kernel;

  void Body() { Go(&Moby33293::Client); }
  void Client() { ContainerWait()->Receive(); }
  std::shared_ptr<Channel<int>> ContainerWait() {
    auto error = std::make_shared<Channel<int>>(fixed() ? 1 : 0);
    error->Send(1);
    return error;
  }
};
CORPUS_KERNEL(Moby33293);

// The caller drops the channel on which it would receive the outcome.
struct Moby4395 : Kernel<Moby4395> {
  using Kernel::Kernel;

  void Body() { StartAsynchronously(); }
  std::shared_ptr<Channel<int>> StartAsynchronously() {
    auto outcome = std::make_shared<Channel<int>>(fixed() ? 1 : 0);
    Go(&Moby4395::Perform, outcome);
    return outcome;
  }
  void Perform(const std::shared_ptr<Channel<int>>& outcome) { outcome->Send(0); }
};
CORPUS_KERNEL(Moby4395);

// A dispatcher closes the connection in its own callback, and so waits for its own end.
struct Syncthing5795 : Kernel<Syncthing5795> {
  using Kernel::Kernel;
  Channel<int> messages;
  Channel<int> closed;
  Channel<int> dispatcher_stopped;
  std::once_flag close_once;

  void Body() {
    Go(&Syncthing5795::ReadConnection);
    Go(&Syncthing5795::Dispatch);
    messages.Send(1);
    dispatcher_stopped.Receive();
  }
  void ReadConnection() {
    while (!closed.TryReceive()) std::this_thread::yield();
  }
  void Dispatch() {
    while (Select({messages.ToReceive(), closed.ToReceive()}) == 0) OnMessage();
    dispatcher_stopped.Close();
  }
  void OnMessage() {
    if (fixed()) {
      Go(&Syncthing5795::CloseConnection);
    } else {
      CloseConnection();
    }
  }
  void CloseConnection() {
    std::call_once(close_once, [this] {
      closed.Close();
      dispatcher_stopped.Receive();
    });
  }
};
CORPUS_KERNEL(Syncthing5795);

}  // namespace
}  // namespace corpus
