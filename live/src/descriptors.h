// The descriptors of this process by kind.
#ifndef TASKLEAK_LIVE_SRC_DESCRIPTORS_H_
#define TASKLEAK_LIVE_SRC_DESCRIPTORS_H_

#include <cstddef>
#include <map>
#include <string>

namespace taskleak::live {

/// Returns how many are open of each kind: "socket", "pipe", "anon_inode:[eventfd]",
/// "/var/log/service.log". Returns an empty map if they cannot be listed.
std::map<std::string, std::size_t> CountDescriptors();

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_SRC_DESCRIPTORS_H_
