// Keeps what was found out about calls of operator new, for the next time (internal::SeenSites).
#ifndef TASKLEAK_SRC_REGISTRY_SEEN_SITES_H_
#define TASKLEAK_SRC_REGISTRY_SEEN_SITES_H_

#include <cstdint>

namespace taskleak::registry {

/// Keeps `word` of the call with this return address. One thread at a time may call it.
void KeepSeen(std::uintptr_t call, std::uintptr_t word);

/// Forgets all calls in a module that is gone, or that must be looked at again.
void ForgetSeen(std::uintptr_t begin, std::uintptr_t end);

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_SEEN_SITES_H_
