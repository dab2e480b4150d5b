// A bug that is reduced to the threads and what they wait for, in its buggy and its fixed form.
#ifndef TASKLEAK_TESTS_CORPUS_SUPPORT_KERNEL_H_
#define TASKLEAK_TESTS_CORPUS_SUPPORT_KERNEL_H_

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

namespace corpus {

/// Base class of a kernel. The members of a kernel are the state that its threads share, and its
/// functions are the roles of the threads. Body is the role of the test. All threads own the
/// kernel, since stuck threads still use it after the test has ended.
///
/// A kernel forces its interleaving: "held" means that a thread waits at a latch or for a count of
/// waiters until the others are where the bug needs them.
template <typename Derived>
class Kernel : public std::enable_shared_from_this<Derived> {
 public:
  explicit Kernel(bool fixed) : fixed_(fixed) {}
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

 protected:
  ~Kernel() = default;

  /// Returns true in the form without the bug.
  [[nodiscard]] bool fixed() const { return fixed_; }

  /// Runs a function of the kernel in a thread of its own.
  template <typename Role, typename... Arguments>
  [[nodiscard]] std::thread Start(Role role, Arguments&&... arguments) {
    return std::thread(role, this->shared_from_this(), std::forward<Arguments>(arguments)...);
  }
  /// The same with a thread that is never joined.
  template <typename Role, typename... Arguments>
  void Go(Role role, Arguments&&... arguments) {
    Start(role, std::forward<Arguments>(arguments)...).detach();
  }

 private:
  const bool fixed_;
};

/// Defines the tests Buggy.NAME and Fixed.NAME of the kernel NAME.
#define CORPUS_KERNEL(name)                                    \
  TEST(Buggy, name) { std::make_shared<name>(false)->Body(); } \
  TEST(Fixed, name) { std::make_shared<name>(true)->Body(); }  \
  static_assert(std::is_base_of_v<::corpus::Kernel<name>, name>)

}  // namespace corpus

#endif  // TASKLEAK_TESTS_CORPUS_SUPPORT_KERNEL_H_
