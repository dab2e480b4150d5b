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
  /// From where the place is counted that holds the address at which the function's caller
  /// continues: the frame address of the function that is called, or the frame pointer's value.
  enum class Base : std::uint32_t { kUnknown, kCalled, kFramePointer };

  std::uintptr_t call = 0;  ///< its return address
  Base base = Base::kUnknown;
  std::int32_t distance = 0;
};

/// Finds out what a call is that was not met before. The first call in each module reads the
/// module's symbols and code (linux/coroutines/ramp_calls.h), which takes some milliseconds.
const RampSite* LookUpSite(std::uintptr_t call);

/// The site with this return address, for which `seen` is in internal::SeenSite(); null if it does
/// not create coroutines. Takes about a nanosecond for a call that was met before. May be called
/// with any lock held. Thread-safe.
inline const RampSite* FindRampSite(std::uintptr_t call, std::uintptr_t seen) {
  if ((seen & 1) != 0) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* const site = reinterpret_cast<const RampSite*>(seen & ~std::uintptr_t{1});
    if (site->call == call) [[likely]]
      return site;
  }
  return seen == call << 1 ? nullptr : LookUpSite(call);
}

/// Returns an address in each module that called operator new and whose coroutines cannot be known,
/// because it has no symbol table or its file cannot be read. Thread-safe.
std::vector<std::uintptr_t> ModulesWithoutSymbols();

/// In a forked child, which has none of the threads that might hold the lock.
void ResetRampSites();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_
