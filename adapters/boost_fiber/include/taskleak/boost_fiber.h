// Fibers of Boost.Fiber as tasks: which are left, where each of them is parked and what it waits
// for.
#ifndef TASKLEAK_BOOST_FIBER_H_
#define TASKLEAK_BOOST_FIBER_H_

#include <chrono>
#include <utility>

#include <boost/fiber/algo/algorithm.hpp>
#include <boost/fiber/context.hpp>

namespace taskleak {

namespace internal {

/// Passes everything on to another algorithm, and tells what becomes of fibers meanwhile.
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

/// The scheduling algorithm `Algorithm`, in a thread whose fibers are tasks: those that are left
/// after a test are leaks of kind `task`, with their stacks, what they wait for and who launched
/// them, whether they were posted or dispatched.
///
/// It is to be used by every thread that runs fibers, before it launches any, in the place of
/// `Algorithm` (boost::fibers::algo::round_robin if the thread has not chosen one), with the same
/// arguments. Where fibers go from thread to thread, all these threads use it. As thread-safe as
/// `Algorithm`. Fibers are launched, joined and switched as before; what that costs more is
/// in docs/boost-fiber.md.
///
/// Example:
///   namespace fibers = boost::fibers;
///   fibers::use_scheduling_algorithm<taskleak::TrackedFibers<fibers::algo::round_robin>>();
template <typename Algorithm>
class TrackedFibers final : public internal::FiberTracker {
 public:
  /// `arguments` are those of `Algorithm`.
  template <typename... Arguments>
  explicit TrackedFibers(Arguments&&... arguments)
      : FiberTracker(ptr_t(new Algorithm(std::forward<Arguments>(arguments)...))) {}
};

}  // namespace taskleak

#endif  // TASKLEAK_BOOST_FIBER_H_
