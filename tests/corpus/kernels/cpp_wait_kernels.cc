// Leaks that are specific to C++: threads that wait for objects of the standard library and of
// POSIX.
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <thread>

#include "corpus/support/await_call.h"
#include "corpus/support/kernel.h"

namespace corpus {
namespace {

// Stop joins the worker while it holds the lock that the worker needs to end.
struct JoinUnderLock : Kernel<JoinUnderLock> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::thread worker;
  std::latch stopping{1};

  void Body() {
    worker = Start(&JoinUnderLock::Work);
    Stop();
  }
  void Work() {
    stopping.wait();  // held
    const std::lock_guard lock(mutex);
  }
  void Stop() {
    std::unique_lock lock(mutex);
    stopping.count_down();
    if (fixed()) lock.unlock();
    worker.join();
  }
};
CORPUS_KERNEL(JoinUnderLock);

// The future of std::async is discarded. Its destructor waits for the task, which waits for work
// that comes later.
struct DiscardedFuture : Kernel<DiscardedFuture> {
  using Kernel::Kernel;
  std::promise<void> ready;

  void Body() {
    const auto gate = ready.get_future().share();
    {
      auto task = std::async(std::launch::async, [this, gate] { AwaitReady(gate); });
      if (fixed()) ready.set_value();
    }
    if (!fixed()) ready.set_value();
  }
  void AwaitReady(const std::shared_future<void>& gate) { gate.wait(); }
};
CORPUS_KERNEL(DiscardedFuture);

// A promise is kept, but neither fulfilled nor broken.
struct AbandonedPromise : Kernel<AbandonedPromise> {
  using Kernel::Kernel;
  std::unique_ptr<std::promise<int>> pending = std::make_unique<std::promise<int>>();
  std::future<int> reply = pending->get_future();

  void Body() {
    Go(&AbandonedPromise::AwaitReply);
    if (fixed()) pending.reset();  // breaks it
  }
  void AwaitReply() {
    try {
      reply.get();
    } catch (const std::future_error&) {
    }
  }
};
CORPUS_KERNEL(AbandonedPromise);

// One of three parties throws before it arrives.
struct BarrierPartyThrew : Kernel<BarrierPartyThrew> {
  using Kernel::Kernel;
  std::barrier<> round{3};

  void Body() {
    for (int i = 0; i < 2; ++i) Go(&BarrierPartyThrew::Party);
    Go(&BarrierPartyThrew::ThrowingParty);
  }
  void Party() { round.arrive_and_wait(); }
  void ThrowingParty() {
    try {
      throw std::runtime_error("no input");
    } catch (const std::runtime_error&) {
      if (fixed()) round.arrive_and_drop();
    }
  }
};
CORPUS_KERNEL(BarrierPartyThrew);

// The holder of a permit throws and does not return the permit.
struct PermitNotReturned : Kernel<PermitNotReturned> {
  using Kernel::Kernel;
  std::counting_semaphore<4> permits{1};

  void Body() {
    Fail();
    Go(&PermitNotReturned::AwaitPermit);
  }
  void Fail() {
    permits.acquire();
    try {
      Connect();
      permits.release();
    } catch (const std::runtime_error&) {
      if (fixed()) permits.release();
    }
  }
  static void Connect() { throw std::runtime_error("no connection"); }
  void AwaitPermit() {
    permits.acquire();
    permits.release();
  }
};
CORPUS_KERNEL(PermitNotReturned);

// An atomic is changed, and the thread that waits for the change is not notified.
struct AtomicNotNotified : Kernel<AtomicNotNotified> {
  using Kernel::Kernel;
  std::atomic<bool> ready{false};
  std::promise<pid_t> waiter;

  void Body() {
    Go(&AtomicNotNotified::AwaitReady);
    AwaitCall(waiter.get_future().get(), SYS_futex);
    ready.store(true);
    if (fixed()) ready.notify_all();
  }
  void AwaitReady() {
    waiter.set_value(gettid());
    ready.wait(false);
  }
};
CORPUS_KERNEL(AtomicNotNotified);

// A loop reads a flag that is never set.
struct SpinsForEver : Kernel<SpinsForEver> {
  using Kernel::Kernel;
  std::atomic<bool> ready{false};

  void Body() {
    Go(&SpinsForEver::Spin);
    if (fixed()) ready = true;
  }
  void Spin() {
    while (!ready) {
    }
  }
};
CORPUS_KERNEL(SpinsForEver);

// A reader that wants to write waits for its own read lock.
struct LockUpgrade : Kernel<LockUpgrade> {
  using Kernel::Kernel;
  std::shared_mutex cache;

  void Body() { Go(&LockUpgrade::LookUp); }
  void LookUp() {
    std::shared_lock lock(cache);
    if (fixed()) lock.unlock();
    Insert();
  }
  void Insert() { const std::lock_guard lock(cache); }
};
CORPUS_KERNEL(LockUpgrade);

// The initialization of a local static waits for a thread that needs it.
struct StaticAwaitsItself : Kernel<StaticAwaitsItself> {
  using Kernel::Kernel;

  void Body() { Go(&StaticAwaitsItself::Use); }
  void Use() { Instance(); }
  int Instance() {
    static const int instance = Initialize();
    return instance;
  }
  int Initialize() {
    std::thread helper = Start(&StaticAwaitsItself::Help);
    helper.join();
    return 1;
  }
  void Help() {
    if (!fixed()) Instance();
  }
};
CORPUS_KERNEL(StaticAwaitsItself);

// The function of a call_once calls the same call_once.
struct CallOnceReentered : Kernel<CallOnceReentered> {
  using Kernel::Kernel;
  std::once_flag loaded;

  void Body() { Go(&CallOnceReentered::Load); }
  void Load() {
    std::call_once(loaded, [this] { ParseConfig(); });
  }
  void ParseConfig() {
    if (!fixed()) Load();
  }
};
CORPUS_KERNEL(CallOnceReentered);

// A pthread has ended and is never joined, since it released its owner itself.
struct PthreadNeverJoined : Kernel<PthreadNeverJoined> {
  using Kernel::Kernel;

  void Body() {
    pthread_t worker{};
    pthread_create(&worker, nullptr, &PthreadNeverJoined::Work, nullptr);
    if (fixed()) pthread_join(worker, nullptr);
  }
  static void* Work(void* /*argument*/) { return nullptr; }
};
CORPUS_KERNEL(PthreadNeverJoined);

// A thread waits for a signal that is never sent.
struct SignalNeverSent : Kernel<SignalNeverSent> {
  using Kernel::Kernel;

  void Body() {
    std::thread handler = Start(&SignalNeverSent::AwaitSignal);
    if (fixed()) {
      pthread_kill(handler.native_handle(), SIGUSR2);
      handler.join();
    } else {
      handler.detach();
    }
  }
  // The thread inherits the mask that Block has set before.
  void AwaitSignal() {
    int signal = 0;
    sigwait(&blocked, &signal);
  }

  sigset_t blocked = Block();
  static sigset_t Block() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
  }
};
CORPUS_KERNEL(SignalNeverSent);

// The destructor of a thread_local object waits for a helper that is never stopped.
struct ThreadLocalDestructorBlocks : Kernel<ThreadLocalDestructorBlocks> {
  using Kernel::Kernel;
  struct LocalPool {
    LocalPool() = default;
    ~LocalPool() {
      if (kernel->fixed()) kernel->StopHelper();
      helper.join();
    }
    LocalPool(const LocalPool&) = delete;
    LocalPool& operator=(const LocalPool&) = delete;
    std::shared_ptr<ThreadLocalDestructorBlocks> kernel;
    std::thread helper;
  };
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;

  void Body() { Go(&ThreadLocalDestructorBlocks::Work); }
  void Work() {
    thread_local LocalPool pool;
    pool.kernel = shared_from_this();
    pool.helper = Start(&ThreadLocalDestructorBlocks::Help);
  }
  void Help() {
    std::unique_lock lock(mutex);
    while (!stopping) changed.wait(lock);
  }
  void StopHelper() {
    const std::lock_guard lock(mutex);
    stopping = true;
    changed.notify_all();
  }
};
CORPUS_KERNEL(ThreadLocalDestructorBlocks);

}  // namespace
}  // namespace corpus
