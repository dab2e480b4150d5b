// Groups descriptors that are open on the same kind of target.
#ifndef TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_
#define TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/proc/descriptor.h"

namespace taskleak::alive {

/// Holds what descriptors have in common if the same code opens them again and again.
struct DescriptorKind {
  /// The target with `*` for all that differs: "socket:[*]", "/var/log/app.*.log". As a glob it
  /// matches the target.
  std::string pattern;
  std::optional<platform::OpenSocket::Protocol> socket;  ///< if they are sockets

  auto operator<=>(const DescriptorKind&) const = default;
};

/// Returns `target` with `*` for each run of digits, and for the generated part of a run of letters
/// and digits. That part is the last six characters if they contain both letters and digits, as
/// those made by mkstemp(3) do. In one of `temporary_folders`, one digit or capital letter is
/// enough. What comes before the six stays if it consists of small letters.
std::string PatternOf(std::string_view target, const std::vector<std::string>& temporary_folders);

/// Returns the kind of a descriptor. Temporary folders are /tmp, /var/tmp, /dev/shm and those that
/// TMPDIR and TEST_TMPDIR name.
DescriptorKind KindOf(const platform::OpenDescriptor& descriptor);

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_DESCRIPTOR_KIND_H_
