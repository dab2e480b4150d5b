// Which descriptors are open on the same kind of target.
#ifndef TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_
#define TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/proc/descriptor.h"

namespace taskleak::alive {

/// What descriptors have in common that the same code opens again and again.
struct DescriptorKind {
  /// The target with `*` for all that differs: "socket:[*]", "/var/log/app.*.log". As a glob it
  /// matches the target.
  std::string pattern;
  std::optional<platform::OpenSocket::Protocol> socket;  ///< if they are sockets

  auto operator<=>(const DescriptorKind&) const = default;
};

/// Returns `target` with `*` for each run of digits, and for the generated part of a run of letters
/// and digits. Those are the last six characters if both letters and digits are among them, as
/// mkstemp(3) makes them; in one of `temporary_folders`, if a digit or a capital letter is. What
/// comes before the six stays if it consists of small letters.
std::string PatternOf(std::string_view target, const std::vector<std::string>& temporary_folders);

/// Returns the kind of a descriptor. Temporary folders are /tmp, /var/tmp, /dev/shm and those that
/// TMPDIR and TEST_TMPDIR name.
DescriptorKind KindOf(const platform::OpenDescriptor& descriptor);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_
