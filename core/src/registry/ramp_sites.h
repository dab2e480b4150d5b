// Finds out which calls of operator new are those of coroutines.
#ifndef TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_
#define TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "linux/coroutines/ramp_calls.h"
#include "taskleak/internal/coroutine_frame.h"

namespace taskleak::registry {

/// Describes a call in code that creates coroutines. Never moves in memory.
struct RampSite {
  /// Says where `distance` is counted from, to the place of the address at which the function's
  /// caller continues: the frame address of the called function, or the frame pointer's value.
  enum class Base : std::uint32_t { kUnknown, kCalled, kFramePointer };

  std::uintptr_t call = 0;  ///< its return address
  Base base = Base::kUnknown;
  std::int32_t distance = 0;
};

/// Looks up a call that was not met before. The first call in each module reads the module's
/// symbols and code (linux/coroutines/ramp_calls.h), which takes some milliseconds.
const RampSite* LookUpSite(std::uintptr_t call);

/// Returns the site that a word of internal::SeenSites stands for; null if it stands for another
/// call.
inline const RampSite* SiteIn(std::uintptr_t word) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return (word & 1) != 0 ? reinterpret_cast<const RampSite*>(word & ~std::uintptr_t{1}) : nullptr;
}

/// Returns the site with this return address; null if it does not create coroutines. Takes some
/// nanoseconds for a call that was met before. May be called with any lock held. Thread-safe.
inline const RampSite* FindRampSite(std::uintptr_t call) {
  for (const auto& place : internal::SeenSitesOf(call).words) {
    const std::uintptr_t word = place.load(std::memory_order_acquire);
    if (word == call << 1) return nullptr;
    if (const RampSite* const site = SiteIn(word); site != nullptr && site->call == call)
      return site;
  }
  return LookUpSite(call);
}

/// Describes a module that called operator new, and of whose coroutines some or all cannot be
/// known.
struct InvisibleModule {
  std::uintptr_t address = 0;  ///< in the module
  platform::RampCalls::Symbols why{};
};

/// Returns such modules that are loaded. Thread-safe.
std::vector<InvisibleModule> ModulesWithoutSymbols();

/// Returns whether this is a function of a coroutine in a module that was unloaded, and whose place
/// no other module has taken. Thread-safe.
bool IsOfUnloadedModule(std::uintptr_t function);

/// Forgets what was seen in modules that were unloaded since, and tries again to read those for
/// which there was no memory or no descriptor. Called before each look. Thread-safe.
void RefreshRampModules();

/// Frees the lock in a forked child, which has none of the threads that might hold it.
void ResetRampSites();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RAMP_SITES_H_
