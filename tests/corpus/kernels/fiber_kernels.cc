// The communication deadlocks that need only channels, with fibers. channel_kernels.cc and
// context_kernels.cc describe the bugs.
#include <chrono>
#include <memory>

#include "corpus/support/fiber_kernel.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

// The thread with the fibers is older than every test.
const auto& calls = FiberCalls();

struct Cockroach24808 : FiberKernel<Cockroach24808> {
  using FiberKernel::FiberKernel;
  FiberChannel wake_up{1};

  void Body() {
    wake_up.Send(1);
    StartCompactor();
  }
  void StartCompactor() {
    if (fixed()) {
      wake_up.TrySend(1);
    } else {
      wake_up.Send(1);
    }
    Go(&Cockroach24808::Compact);
  }
  void Compact() { wake_up.Receive(); }
};
CORPUS_FIBER_KERNEL(Cockroach24808);

struct Cockroach25456 : FiberKernel<Cockroach25456> {
  using FiberKernel::FiberKernel;
  FiberChannel quiesce;

  void Body() {
    ProcessConsistencyQueue();
    ProcessConsistencyQueue();
  }
  void ProcessConsistencyQueue() {
    if (fixed()) {
      quiesce.ReceiveFor(milliseconds(0));
    } else {
      quiesce.Receive();
    }
  }
};
CORPUS_FIBER_KERNEL(Cockroach25456);

struct Cockroach35931 : FiberKernel<Cockroach35931> {
  using FiberKernel::FiberKernel;
  FiberChannel left{1};
  FiberChannel right{1};

  void Body() {
    left.Send(0);
    if (fixed()) Go(&Cockroach35931::ReadLeft);
    CancelFlow();
  }
  void CancelFlow() {
    for (FiberChannel* const receiver : {&left, &right}) {
      if (fixed()) {
        Go(&Cockroach35931::Push, receiver);
      } else {
        Push(receiver);
      }
    }
  }
  void Push(FiberChannel* receiver) { receiver->Send(1); }
  void ReadLeft() {
    left.Receive();
    left.Receive();
  }
};
CORPUS_FIBER_KERNEL(Cockroach35931);

struct Grpc1275 : FiberKernel<Grpc1275> {
  using FiberKernel::FiberKernel;
  FiberChannel buffer;
  FiberChannel donec;

  void Body() {
    Go(&Grpc1275::ReadStream);
    if (fixed()) buffer.Close();
    donec.ReceiveFor(milliseconds(20));
  }
  void ReadStream() {
    buffer.Receive();
    donec.Close();
  }
};
CORPUS_FIBER_KERNEL(Grpc1275);

struct Grpc1424 : FiberKernel<Grpc1424> {
  using FiberKernel::FiberKernel;
  FiberChannel addresses;
  FiberChannel done;

  void Body() {
    Go(&Grpc1424::AwaitAddresses);
    addresses.Close();
  }
  void AwaitAddresses() {
    Go(&Grpc1424::WatchAddresses);
    done.Receive();
  }
  void WatchAddresses() {
    addresses.Receive();  // it is closed
    if (fixed()) done.Close();
  }
};
CORPUS_FIBER_KERNEL(Grpc1424);

struct Kubernetes5316 : FiberKernel<Kubernetes5316> {
  using FiberKernel::FiberKernel;
  FiberChannel result{fixed() ? std::size_t{1} : 0};
  FiberChannel timed_out;

  void Body() {
    Go(&Kubernetes5316::Handle);
    result.ReceiveFor(milliseconds(1));
    timed_out.Close();
  }
  void Handle() {
    timed_out.Receive();  // held
    result.Send(1);
  }
};
CORPUS_FIBER_KERNEL(Kubernetes5316);

struct Moby33293 : FiberKernel<Moby33293> {
  using FiberKernel::FiberKernel;

  void Body() { ContainerWait()->Receive(); }
  std::shared_ptr<FiberChannel> ContainerWait() {
    auto error = std::make_shared<FiberChannel>(fixed() ? 1 : 0);
    error->Send(1);
    return error;
  }
};
CORPUS_FIBER_KERNEL(Moby33293);

struct Moby4395 : FiberKernel<Moby4395> {
  using FiberKernel::FiberKernel;

  void Body() { StartAsynchronously(); }
  std::shared_ptr<FiberChannel> StartAsynchronously() {
    auto outcome = std::make_shared<FiberChannel>(fixed() ? 1 : 0);
    Go(&Moby4395::Perform, outcome);
    return outcome;
  }
  void Perform(const std::shared_ptr<FiberChannel>& outcome) { outcome->Send(0); }
};
CORPUS_FIBER_KERNEL(Moby4395);

// The context is the channel that its end would close.
struct Cockroach13197 : FiberKernel<Cockroach13197> {
  using FiberKernel::FiberKernel;
  FiberChannel context_done;

  void Body() {
    Go(&Cockroach13197::AwaitDone);
    if (fixed()) context_done.Close();
  }
  void AwaitDone() { context_done.Receive(); }
};
CORPUS_FIBER_KERNEL(Cockroach13197);

}  // namespace
}  // namespace corpus
