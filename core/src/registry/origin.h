// Which test things descend from.
#ifndef TASKLEAK_SRC_REGISTRY_ORIGIN_H_
#define TASKLEAK_SRC_REGISTRY_ORIGIN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace taskleak::registry {

/// A scope's name as a number; 0 is "none known".
using Origin = std::uint32_t;

/// From now on what untracked threads create comes from the scope `name`. Thread-safe; a name costs
/// memory once, and only if CurrentOrigin() was asked for while it was current. Where there
/// is none, the origin is 0.
void SetCurrentOrigin(std::string_view name);

/// Thread-safe; takes no lock and no memory.
Origin CurrentOrigin();

/// Empty for 0. Thread-safe.
std::string OriginName(Origin origin);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_ORIGIN_H_
