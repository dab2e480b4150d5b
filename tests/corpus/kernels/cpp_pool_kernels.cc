// Leaks that are specific to C++: pools, loggers, timers and other owners of threads that are not
// stopped.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "corpus/support/kernel.h"
#include "taskleak/task.h"

namespace corpus {
namespace {

using std::chrono::milliseconds;

// The pool's exit sets a flag without a notification, and detaches the threads.
struct PoolExitNeverJoins : Kernel<PoolExitNeverJoins> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::latch idle{3};
  std::vector<std::thread> workers;

  void Body() {
    for (int i = 0; i < 3; ++i) workers.push_back(Start(&PoolExitNeverJoins::Work));
    idle.wait();
    Exit();
  }
  void Work() {
    std::unique_lock lock(mutex);
    idle.count_down();
    while (!stopping) changed.wait(lock);
  }
  void Exit() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    if (fixed()) changed.notify_all();
    for (std::thread& worker : workers) {
      if (fixed()) {
        worker.join();
      } else {
        worker.detach();
      }
    }
  }
};
CORPUS_KERNEL(PoolExitNeverJoins);

// A worker misses the notification, and the destructor waits for it.
struct DestructorBlockedInJoin : Kernel<DestructorBlockedInJoin> {
  using Kernel::Kernel;
  struct Pool {
    explicit Pool(DestructorBlockedInJoin* owner)
        : kernel(owner), worker(owner->Start(&DestructorBlockedInJoin::Work)) {}
    ~Pool() {
      kernel->checked.wait();
      kernel->running = false;
      kernel->work.notify_all();
      kernel->notified.count_down();
      worker.join();
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    DestructorBlockedInJoin* const kernel;
    std::thread worker;
  };
  std::mutex mutex;
  std::condition_variable work;
  std::atomic<bool> running{true};
  std::latch checked{1};
  std::latch notified{1};

  void Body() { const Pool pool(this); }
  void Work() {
    std::unique_lock lock(mutex);
    while (running) {
      checked.count_down();
      notified.wait();  // held
      if (fixed()) {
        work.wait(lock, [this] { return !running; });
      } else {
        work.wait(lock);
      }
    }
  }
};
CORPUS_KERNEL(DestructorBlockedInJoin);

// A job shuts its pool down, and the pool waits until no job runs.
struct WorkerAwaitsItself : Kernel<WorkerAwaitsItself> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable became_idle;
  int busy = 0;

  void Body() { Go(&WorkerAwaitsItself::Work); }
  void Work() {
    {
      const std::lock_guard lock(mutex);
      ++busy;
    }
    Job();
    const std::lock_guard lock(mutex);
    --busy;
    became_idle.notify_all();
  }
  void Job() { Shutdown(fixed() ? 1 : 0); }
  void Shutdown(int callers_own) {
    std::unique_lock lock(mutex);
    while (busy > callers_own) became_idle.wait(lock);
  }
};
CORPUS_KERNEL(WorkerAwaitsItself);

// The test detaches a heartbeat.
struct DetachedHeartbeat : Kernel<DetachedHeartbeat> {
  using Kernel::Kernel;
  std::atomic<bool> stopping{false};

  void Body() {
    std::thread heart = Start(&DetachedHeartbeat::Beat);
    if (fixed()) {
      stopping = true;
      heart.join();
    } else {
      heart.detach();
    }
  }
  void Beat() {
    while (!stopping) std::this_thread::sleep_for(milliseconds(2000));
  }
};
CORPUS_KERNEL(DetachedHeartbeat);

// The flush thread looks at its flag only when there is something to flush.
struct FlusherSurvivesShutdown : Kernel<FlusherSurvivesShutdown> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable changed;
  int lines = 0;
  bool stopping = false;
  std::latch waiting{1};

  void Body() {
    Go(&FlusherSurvivesShutdown::FlushLoop);
    waiting.wait();
    Shutdown();
  }
  void FlushLoop() {
    std::unique_lock lock(mutex);
    waiting.count_down();
    do {
      changed.wait(lock, [this] { return lines != 0 || (fixed() && stopping); });
      lines = 0;
    } while (!stopping);
  }
  void Shutdown() {
    const std::lock_guard lock(mutex);
    stopping = true;
    changed.notify_all();
  }
};
CORPUS_KERNEL(FlusherSurvivesShutdown);

// A periodic reader is dropped without Shutdown.
struct ReaderWithoutShutdown : Kernel<ReaderWithoutShutdown> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;

  void Body() {
    Go(&ReaderWithoutShutdown::CollectLoop);
    if (fixed()) Shutdown();
  }
  void CollectLoop() {
    std::unique_lock lock(mutex);
    while (!stopping) changed.wait_for(lock, std::chrono::minutes(1));
  }
  void Shutdown() {
    const std::lock_guard lock(mutex);
    stopping = true;
    changed.notify_all();
  }
};
CORPUS_KERNEL(ReaderWithoutShutdown);

// The code that restarts a worker on demand does so again after the close.
struct StartedAfterClose : Kernel<StartedAfterClose> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  bool wanted = false;
  std::thread worker;

  void Body() {
    Submit();
    Close();
    Submit();
    if (worker.joinable()) worker.detach();
  }
  void Submit() {
    const std::lock_guard lock(mutex);
    if (fixed() && closed) return;
    wanted = true;
    if (!worker.joinable()) worker = Start(&StartedAfterClose::Serve);
  }
  void Serve() {
    std::unique_lock lock(mutex);
    while (wanted) changed.wait(lock);
  }
  void Close() {
    std::unique_lock lock(mutex);
    closed = true;
    wanted = false;
    changed.notify_all();
    lock.unlock();
    worker.join();
    worker = {};
  }
};
CORPUS_KERNEL(StartedAfterClose);

// A timer's callback arms the timer again after it was cancelled.
struct TimerRearmsAfterCancel : Kernel<TimerRearmsAfterCancel> {
  using Kernel::Kernel;
  using Clock = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Clock::time_point> deadline = Clock::now();
  bool cancelled = false;
  std::latch fired{1};
  std::latch cancel_done{1};

  void Body() {
    Go(&TimerRearmsAfterCancel::Run);
    fired.wait();
    Cancel();
    cancel_done.count_down();
  }
  void Run() {
    std::unique_lock lock(mutex);
    while (deadline) {
      changed.wait_until(lock, *deadline);
      if (!deadline || Clock::now() < *deadline) continue;
      deadline.reset();
      lock.unlock();
      OnTimer();
      lock.lock();
    }
  }
  void OnTimer() {
    fired.count_down();
    cancel_done.wait();  // held
    const std::lock_guard lock(mutex);
    if (fixed() && cancelled) return;
    deadline = Clock::now() + std::chrono::hours(1);
  }
  void Cancel() {
    const std::lock_guard lock(mutex);
    cancelled = true;
    deadline.reset();
    changed.notify_all();
  }
};
CORPUS_KERNEL(TimerRearmsAfterCancel);

// The thread owns the object that owns the std::jthread. So the destructor, which would ask the
// thread to stop, never runs.
struct JthreadNeverAskedToStop : Kernel<JthreadNeverAskedToStop> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread worker;

  void Body() {
    worker = std::jthread(
        [self = shared_from_this()](const std::stop_token& stop) { self->Work(stop); });
    if (fixed()) worker = {};
  }
  void Work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
  }
};
CORPUS_KERNEL(JthreadNeverAskedToStop);

// Futures of std::async are stored, and the threads that run for them stay too.
struct FuturesStoredForEver : Kernel<FuturesStoredForEver> {
  using Kernel::Kernel;
  std::promise<void> go;
  std::vector<std::future<void>> results;

  void Body() {
    const std::shared_future<void> gate = go.get_future().share();
    for (int i = 0; i < 2; ++i) {
      results.push_back(
          std::async(std::launch::async, [self = shared_from_this(), gate] { self->Wait(gate); }));
    }
    if (fixed()) {
      go.set_value();
      results.clear();
    }
  }
  void Wait(const std::shared_future<void>& gate) { gate.wait(); }
};
CORPUS_KERNEL(FuturesStoredForEver);

// The only worker of a pool waits for a job that is queued behind its own job.
struct JobAwaitsItsSubjob : Kernel<JobAwaitsItsSubjob> {
  using Kernel::Kernel;
  std::deque<std::packaged_task<void()>> queue;

  void Body() {
    queue.emplace_back([this] { Job(); });
    Go(&JobAwaitsItsSubjob::Work);
  }
  void Work() {
    while (!queue.empty()) {
      auto job = std::move(queue.front());
      queue.pop_front();
      job();
    }
  }
  void Job() {
    queue.emplace_back([] {});
    const std::future<void> subjob = queue.back().get_future();
    if (fixed()) Work();  // helps instead of waiting
    subjob.wait();
  }
};
CORPUS_KERNEL(JobAwaitsItsSubjob);

// A stopped pool keeps the jobs that it no longer runs.
struct JobsLeftInTheQueue : Kernel<JobsLeftInTheQueue> {
  using Kernel::Kernel;
  static inline std::deque<std::function<void()>> queue;

  void Body() {
    for (int i = 0; i < 2; ++i) Submit();
    if (fixed()) queue.clear();
  }
  void Submit() {
    queue.emplace_back(taskleak::Tracked("pool job", [] {}));
  }
};
CORPUS_KERNEL(JobsLeftInTheQueue);

// Stopping notifies one of three workers.
struct NotifyOneForManyWaiters : Kernel<NotifyOneForManyWaiters> {
  using Kernel::Kernel;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::latch waiting{3};

  void Body() {
    for (int i = 0; i < 3; ++i) Go(&NotifyOneForManyWaiters::Work);
    waiting.wait();
    Stop();
  }
  void Work() {
    std::unique_lock lock(mutex);
    waiting.count_down();
    while (!stopping) changed.wait(lock);
  }
  void Stop() {
    const std::lock_guard lock(mutex);
    stopping = true;
    if (fixed()) {
      changed.notify_all();
    } else {
      changed.notify_one();
    }
  }
};
CORPUS_KERNEL(NotifyOneForManyWaiters);

}  // namespace
}  // namespace corpus
