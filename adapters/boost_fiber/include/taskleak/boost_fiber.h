// Turns fibers of Boost.Fiber into tasks: shows which are left, where each is parked and what it
// waits for.
#ifndef TASKLEAK_BOOST_FIBER_H_
#define TASKLEAK_BOOST_FIBER_H_

#include <chrono>
#include <utility>

#include <boost/fiber/algo/algorithm.hpp>
#include <boost/fiber/context.hpp>

namespace taskleak {

namespace internal {

/// Passes everything on to another algorithm, and records meanwhile what fibers do.
class FiberTracker : public boost::fibers::algo::algorithm {
 public:
  explicit FiberTracker(ptr_t scheduled_by);

  void awakened(boost::fibers::context* context) noexcept override;
  boost::fibers::context* pick_next() noexcept override;
  bool has_ready_fibers() const noexcept override { return algorithm_->has_ready_fibers(); }
  void suspend_until(const std::chrono::steady_clock::time_point& time) noexcept override {
    algorithm_->suspend_until(time);
  }
  void notify() noexcept override { algorithm_->notify(); }

 private:
  ptr_t algorithm_;
};

}  // namespace internal

/// Schedules like `Algorithm`, and turns the thread's fibers into tasks. Fibers that are left after
/// a test are leaks of kind `task`, with their stacks, what they wait for and the code that
/// launched them, whether they were posted or dispatched.
///
/// Use it in every thread that runs fibers, before the thread launches any, in place of `Algorithm`
/// and with the same arguments. A thread that has not chosen an algorithm has
/// boost::fibers::algo::round_robin. If fibers migrate between threads, all these threads must use
/// it. As thread-safe as `Algorithm`. Launching, joining and switching fibers works as before;
/// docs/boost-fiber.md lists what it costs.
///
/// Example:
///   namespace fibers = boost::fibers;
///   fibers::use_scheduling_algorithm<taskleak::TrackedFibers<fibers::algo::round_robin>>();
template <typename Algorithm>
class TrackedFibers final : public internal::FiberTracker {
 public:
  /// Makes the algorithm; `arguments` are those of `Algorithm`.
  template <typename... Arguments>
  explicit TrackedFibers(Arguments&&... arguments)
      : FiberTracker(ptr_t(new Algorithm(std::forward<Arguments>(arguments)...))) {}
};

}  // namespace taskleak

#endif  // TASKLEAK_BOOST_FIBER_H_
