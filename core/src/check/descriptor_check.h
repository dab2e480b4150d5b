// Finds descriptors that test after test leaves open.
#ifndef TASKLEAK_SRC_CHECK_DESCRIPTOR_CHECK_H_
#define TASKLEAK_SRC_CHECK_DESCRIPTOR_CHECK_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "alive/risen_descriptors.h"
#include "base/mutex.h"
#include "base/result.h"
#include "check/checker.h"
#include "check/outcome.h"
#include "explain/inspect.h"

namespace taskleak::check {

/// Judges the tests of one run, one after the other, on the thread that runs them. What is opened
/// outside of the tests belongs to none of them.
class DescriptorCheck {
 public:
  /// Keeps a reference to `checker`, which must outlive this object.
  explicit DescriptorCheck(const Checker& checker);
  ~DescriptorCheck();
  DescriptorCheck(const DescriptorCheck&) = delete;
  DescriptorCheck& operator=(const DescriptorCheck&) = delete;

  /// Begins a test: what is open now is not its own.
  void Begin();

  /// Notes what is open at the test's end. Call it before other checks, because those open files of
  /// their own and may keep them open.
  void EndBody();

  /// Waits for descriptors that the test left open and that earlier tests left open as well;
  /// returns those that remain. Then begins what follows, which may be another part of the test.
  /// Fails if descriptors cannot be listed.
  Result<Outcome> Judge(std::string_view test);

  /// Makes what is open now, except `except`, belong to no test in every check of the process.
  /// Returns how many of them were not adopted yet. Thread-safe.
  static std::size_t AdoptOpen(const alive::Descriptors& except);

  /// A descriptor that is a leak, unless a rule of a suppression file hides it.
  struct Leak {
    alive::DescriptorKind kind;
    explain::Finding finding;
  };
  using Leaks = std::vector<Leak>;

 private:
  std::size_t Adopt(const alive::Descriptors& open, const alive::Descriptors& except);
  void TakeAdopted();
  [[nodiscard]] Result<alive::Descriptors> ListLeft() const;
  [[nodiscard]] Leaks FindLeaks(const alive::Descriptors& left, std::string_view test) const;
  Result<Leaks> Drain(std::string_view test, alive::Descriptors* left, Outcome* outcome) const;
  void Sift(std::string_view test, Leaks* leaks, Outcome* outcome) const;

  const Checker& checker_;
  alive::RisenDescriptors risen_;
  Result<alive::Descriptors> before_{Error{}};
  Result<alive::Descriptors> at_end_{Error{}};
  Mutex mutex_;
  alive::Descriptors adopted_ TASKLEAK_GUARDED_BY(mutex_);
};

}  // namespace taskleak::check

#endif  // TASKLEAK_SRC_CHECK_DESCRIPTOR_CHECK_H_
