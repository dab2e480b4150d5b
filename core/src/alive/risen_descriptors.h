// Finds descriptors that rise again and again: test after test opens one more and leaves it open.
#ifndef TASKLEAK_SRC_ALIVE_RISEN_DESCRIPTORS_H_
#define TASKLEAK_SRC_ALIVE_RISEN_DESCRIPTORS_H_

#include <string>
#include <string_view>
#include <vector>

#include "alive/descriptor_kind.h"
#include "linux/proc/descriptor.h"

namespace taskleak::alive {

/// All descriptors at one moment, by ascending number.
using Descriptors = std::vector<platform::OpenDescriptor>;

/// A descriptor that a test left open.
struct RisenDescriptor {
  platform::OpenDescriptor descriptor;
  DescriptorKind kind;
  std::string test;
};

/// A descriptor that is a leak: others of its kind, which earlier tests left open, are still open.
struct RepeatedDescriptor {
  RisenDescriptor risen;
  std::vector<RisenDescriptor> earlier;  ///< never empty; by the order of their tests
};

/// Remembers what rose in earlier tests.
///
/// What a test leaves open for the first time may be meant to stay: libraries open files, sockets
/// and epoll descriptors at their first use and keep them. What rises again is not meant to stay.
/// If a test closes a descriptor that was open before and opens one of the same kind, nothing has
/// risen. Not thread-safe.
class RisenDescriptors {
 public:
  /// Returns the descriptors that have risen between `before` and `now`, if another one of their
  /// kind rose in an earlier test and is still open.
  [[nodiscard]] std::vector<RepeatedDescriptor> FindRepeated(const Descriptors& before,
                                                             const Descriptors& now,
                                                             std::string_view test) const;

  /// Ends the test: what has risen in it is an earlier one from now on.
  void EndTest(const Descriptors& before, const Descriptors& now, std::string_view test);

  /// Treats those that have risen in earlier tests as meant to stay.
  void Forget(const Descriptors& those);

 private:
  std::vector<RisenDescriptor> earlier_;
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_RISEN_DESCRIPTORS_H_
