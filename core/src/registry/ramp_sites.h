// Which calls of operator new are those of coroutines.
#ifndef TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_
#define TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {

/// A call in code that creates coroutines. Stays where it is for good.
struct RampSite {
  std::uintptr_t call = 0;  ///< its return address
  std::uint64_t rule = 0;   ///< a platform::ShortRule: where the caller's return address is
};

/// Finds out what a call is that was not met before. The first call in each module reads the
/// module's symbols and code (linux/coroutines/ramp_calls.h), which takes some milliseconds.
const RampSite* LookUpSite(std::uintptr_t call);

/// The site with this return address; null if it does not create coroutines. Takes about a
/// nanosecond for a call that was met before. May be called with any lock held. Thread-safe.
inline const RampSite* FindRampSite(std::uintptr_t call) {
  const std::uintptr_t seen = internal::SeenSite(call).load(std::memory_order_acquire);
  if (seen == call << 1) return nullptr;
  if ((seen & 1) != 0) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* const site = reinterpret_cast<const RampSite*>(seen & ~std::uintptr_t{1});
    if (site->call == call) return site;
  }
  return LookUpSite(call);
}

/// Returns an address in each module that called operator new and whose coroutines cannot be known,
/// because it has no symbol table or its file cannot be read. Thread-safe.
std::vector<std::uintptr_t> ModulesWithoutSymbols();

/// In a forked child, which has none of the threads that might hold the lock.
void ResetRampSites();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_
