// Units of every kind that come and go in many threads, and units that stay.
#ifndef TASKLEAK_TESTS_STRESS_CHURN_H_
#define TASKLEAK_TESTS_STRESS_CHURN_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "taskleak/task.h"

namespace taskleak::testing {

/// Starts /bin/true, or a program that never ends.
pid_t StartProcess(bool ends);

/// Creates and ends units in some threads until it is stopped.
class Churn {
 public:
  /// Counts what was created so far.
  struct Totals {
    std::atomic<std::uint64_t> tasks{0};  ///< registered ones, fibers and coroutines among them
    std::atomic<std::uint64_t> coroutines{
        0};  ///< those that are not registered, and those that are
    std::atomic<std::uint64_t> threads{0};
    std::atomic<std::uint64_t> processes{0};
  };

  explicit Churn(unsigned workers);
  ~Churn() { Stop(); }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;

  /// Ends everything.
  void Stop();

  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  void Run(std::mt19937 random);
  void CreateAndEnd();
  void Exchange(std::mt19937& random);
  void RunCoroutines();
  void RunUnregisteredCoroutines();
  void CreateInAThreadThatEnds();
  void RunFibers();
  void RunAProcess();

  std::atomic<bool> stop_{false};
  Totals totals_;
  std::mutex mutex_;
  std::deque<Task> kept_;  // under the mutex
  std::vector<std::thread> threads_;
};

/// One unit of each kind that stays until this is destroyed.
class Anchors {
 public:
  static constexpr std::size_t kTasks = 10;
  static constexpr std::size_t kCoroutines = 3;

  Anchors();
  ~Anchors();
  Anchors(const Anchors&) = delete;
  Anchors& operator=(const Anchors&) = delete;

  [[nodiscard]] int tid() const;
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  struct Kept;

  std::vector<Task> tasks_;
  pid_t process_;
  std::unique_ptr<Kept> kept_;
};

/// The name of the coroutines among the anchors.
extern const char kAnchoredCoroutine[];

}  // namespace taskleak::testing

#endif  // TASKLEAK_TESTS_STRESS_CHURN_H_
