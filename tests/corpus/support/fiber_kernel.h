// A kernel with fibers of Boost.Fiber as its roles.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_FIBER_KERNEL_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_FIBER_KERNEL_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <boost/fiber/all.hpp>

#include "taskleak/boost_fiber.h"

namespace corpus {

/// A channel between fibers that holds `capacity` values, none or some.
class FiberChannel {
 public:
  explicit FiberChannel(std::size_t capacity = 0) {
    // Boost's channel holds one value less than its size, which must be a power of two.
    if (capacity != 0) buffered_.emplace(capacity + 1);
  }

  void Send(int value) { buffered_ ? buffered_->push(value) : unbuffered_.push(value); }
  /// Only with a capacity.
  void TrySend(int value) { buffered_->try_push(value); }
  void Receive() {
    int value = 0;
    buffered_ ? buffered_->pop(value) : unbuffered_.pop(value);
  }
  void ReceiveFor(std::chrono::milliseconds limit) {
    int value = 0;
    buffered_ ? buffered_->pop_wait_for(value, limit) : unbuffered_.pop_wait_for(value, limit);
  }
  void Close() { buffered_ ? buffered_->close() : unbuffered_.close(); }

 private:
  boost::fibers::unbuffered_channel<int> unbuffered_;
  std::optional<boost::fibers::buffered_channel<int>> buffered_;
};

/// The same as Kernel, but with fibers. A thread with a stuck fiber never ends, so all fibers are
/// in one thread that is older than the tests.
template <typename Derived>
class FiberKernel : public std::enable_shared_from_this<Derived> {
 public:
  explicit FiberKernel(bool fixed) : fixed_(fixed) {}
  FiberKernel(const FiberKernel&) = delete;
  FiberKernel& operator=(const FiberKernel&) = delete;

  /// Runs a function of the kernel in a fiber of its own.
  template <typename Role, typename... Arguments>
  void Go(Role role, Arguments&&... arguments) {
    boost::fibers::fiber(role, this->shared_from_this(), std::forward<Arguments>(arguments)...)
        .detach();
  }

 protected:
  ~FiberKernel() = default;

  [[nodiscard]] bool fixed() const { return fixed_; }

 private:
  const bool fixed_;
};

/// Returns the queue of calls for the thread with the fibers.
inline boost::fibers::buffered_channel<std::function<void()>>& FiberCalls() {
  using Calls = boost::fibers::buffered_channel<std::function<void()>>;
  static Calls* const never_destroyed = [] {
    auto* const calls = new Calls(16);
    std::thread([calls] {
      boost::fibers::use_scheduling_algorithm<
          taskleak::TrackedFibers<boost::fibers::algo::round_robin>>();
      for (const auto& call : *calls) call();
    }).detach();
    return calls;
  }();
  return *never_destroyed;
}

/// Calls `function` in the thread with the fibers, and returns when the fibers that it launches
/// have run a few steps.
inline void InFiberThread(const std::function<void()>& function) {
  std::promise<void> done;
  FiberCalls().push([&] {
    function();
    for (int step = 0; step < 20; ++step) boost::this_fiber::yield();
    done.set_value();
  });
  done.get_future().wait();
}

/// Defines the tests Buggy.NAME and Fixed.NAME of the kernel NAME. Its Body is a fiber too.
#define CORPUS_FIBER_KERNEL(name)                                          \
  TEST(Buggy, name) {                                                      \
    InFiberThread([] { std::make_shared<name>(false)->Go(&name::Body); }); \
  }                                                                        \
  TEST(Fixed, name) {                                                      \
    InFiberThread([] { std::make_shared<name>(true)->Go(&name::Body); });  \
  }                                                                        \
  static_assert(std::is_base_of_v<::corpus::FiberKernel<name>, name>)

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_FIBER_KERNEL_H_
