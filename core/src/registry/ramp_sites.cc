// This code runs in any thread of the program, whatever locks the thread holds. So it takes no
// memory of the allocator's, and only one lock, which is held while the symbols of a module are
// read.
#include "registry/ramp_sites.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "registry/ramp_modules.h"
#include "registry/seen_sites.h"
#include "registry/short_lock.h"

namespace taskleak::registry {
namespace {

using Symbols = RampModule::Symbols;

struct KnownModules {
  ShortLock lock;
  RampModules modules TASKLEAK_GUARDED_BY(lock);
  std::uintptr_t left_out TASKLEAK_GUARDED_BY(lock) =
      0;  // a call in a module that was one too many
};
constinit KnownModules g_known;

const RampSite* SiteAt(const RampModule& module, std::uintptr_t call) {
  const auto site = std::ranges::lower_bound(module.sites, call, {}, &RampSite::call);
  return site != module.sites.end() && site->call == call ? &*site : nullptr;
}

}  // namespace

[[gnu::noinline]] const RampSite* LookUpSite(std::uintptr_t call) {
  dl_find_object object;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (_dl_find_object(reinterpret_cast<void*>(call), &object) != 0) return nullptr;
  const ShortLockHolder lock(g_known.lock);
  const RampModule* const module = g_known.modules.Find(object);
  if (module == nullptr) {
    g_known.left_out = call;
    return nullptr;
  }
  const RampSite* const site = SiteAt(*module, call);
  KeepSeen(call, site != nullptr ? reinterpret_cast<std::uintptr_t>(site) | 1 : call << 1);
  return site;
}

std::vector<InvisibleModule> ModulesWithoutSymbols() {
  std::array<InvisibleModule, RampModules::kMost + 1> found;
  std::size_t count = 0;
  {
    const ShortLockHolder lock(g_known.lock);
    for (const RampModule& module : g_known.modules.modules()) {
      const Symbols symbols = module.was_missed ? Symbols::kNoResources : module.symbols;
      if (symbols != Symbols::kRead && IsLoaded(module)) found[count++] = {module.begin, symbols};
    }
    if (g_known.left_out != 0) found[count++] = {g_known.left_out, Symbols::kNoResources};
  }
  return {found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count)};
}

bool IsOfUnloadedModule(std::uintptr_t function) {
  const ShortLockHolder lock(g_known.lock);
  return g_known.modules.IsOfUnloaded(function);
}

void RefreshRampModules() {
  const ShortLockHolder lock(g_known.lock);
  g_known.modules.Refresh();
}

void ResetRampSites() { g_known.lock.Reset(); }

}  // namespace taskleak::registry
