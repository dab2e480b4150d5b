// Runs in any thread of the program, whatever locks that holds: so it takes no memory of the
// allocator's, and no lock but one that is held while the symbols of a module are read.
#include "registry/ramp_sites.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <span>

#include "linux/arch/raw_call.h"
#include "linux/arch/registers.h"
#include "linux/coroutines/page_vector.h"
#include "linux/coroutines/ramp_calls.h"
#include "linux/unwind/eh_frame.h"
#include "linux/unwind/short_rule.h"
#include "registry/short_lock.h"

namespace taskleak::registry {
namespace {

using platform::RampCalls;

// What distinguishes a module from another one that is loaded at the same place later: where it
// is, and a hash of the table of its functions.
struct Identity {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uint64_t functions = 0;

  bool operator==(const Identity&) const = default;
};

// The table is .eh_frame_hdr: four bytes that say how it is encoded, where .eh_frame is, how many
// entries follow, and these (Linux Standard Base, "The .eh_frame_hdr section").
TASKLEAK_UNINSTRUMENTED std::uint64_t HashOfFunctions(const void* table) {
  constexpr std::uint32_t kMostEntries = 256;
  if (table == nullptr) return 0;
  const auto* const words = static_cast<const volatile std::uint32_t*>(table);
  const std::uint32_t entries = words[2] < kMostEntries ? words[2] : kMostEntries;
  std::uint64_t hash = 0;
  for (std::uint32_t i = 0; i < 3 + 2 * entries; ++i) hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15;
  return hash;
}

Identity IdentityOf(const dl_find_object& object) {
  return {.begin = reinterpret_cast<std::uintptr_t>(object.dlfo_map_start),
          .end = reinterpret_cast<std::uintptr_t>(object.dlfo_map_end),
          .functions = HashOfFunctions(object.dlfo_eh_frame)};
}

struct Module {
  Identity identity{};
  bool is_stripped = false;           // or cannot be read
  std::span<const RampSite> sites{};  // ascending
};

constexpr std::size_t kMostModules = 4096;

struct KnownModules {
  ShortLock lock;
  std::size_t count TASKLEAK_GUARDED_BY(lock) = 0;
  std::array<Module, kMostModules> modules TASKLEAK_GUARDED_BY(lock){};
};
constinit KnownModules g_known;

// The program itself has no name there (dl_iterate_phdr(3)).
const char* PathOf(const link_map& map) {
  return map.l_name == nullptr || *map.l_name == '\0' ? "/proc/self/exe" : map.l_name;
}

// By the call frame information.
RampSite SiteOf(std::uintptr_t call) {
  constexpr std::int64_t kLargestFrame = std::int64_t{64} << 10;
  const platform::ShortRule rule = platform::FindEhFrameIndex(call - 1).RuleAt(call - 1);
  const bool has_stack = rule.from_frame_pointer() || platform::kCallersStack != 0;
  if (!rule.usable() || !has_stack || rule.cfa_distance() % 8 != 0 ||
      rule.cfa_distance() >= kLargestFrame)
    return {.call = call};
  const std::int64_t distance = rule.cfa_distance() + rule.return_distance();
  if (rule.from_frame_pointer())
    return {call, RampSite::Base::kFramePointer, static_cast<std::int32_t>(distance)};
  return {call, RampSite::Base::kCalled,
          static_cast<std::int32_t>(distance + std::int64_t{platform::kCallersStack})};
}

std::span<const RampSite> KeepSites(std::span<const std::uintptr_t> calls) {
  if (calls.empty()) return {};
  auto* const sites = static_cast<RampSite*>(platform::MapPages(calls.size() * sizeof(RampSite)));
  if (sites == nullptr) return {};
  for (std::size_t i = 0; i < calls.size(); ++i) sites[i] = SiteOf(calls[i]);
  return {sites, calls.size()};
}

// What was seen at the place of a module that is gone is not known any more.
void ForgetSeen(std::uintptr_t begin, std::uintptr_t end) {
  for (std::atomic<std::uintptr_t>& place : internal::g_seen_sites) {
    const std::uintptr_t seen = place.load(std::memory_order_relaxed);
    if (seen == 0) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* const site = reinterpret_cast<const RampSite*>(seen & ~std::uintptr_t{1});
    const std::uintptr_t call = (seen & 1) != 0 ? site->call : seen >> 1;
    if (call >= begin && call < end) place.store(0, std::memory_order_relaxed);
  }
}

Module* Add(const Identity& identity, const link_map& map) TASKLEAK_REQUIRES(g_known.lock) {
  Module* place = nullptr;
  for (std::size_t i = 0; i < g_known.count; ++i) {
    Module& known = g_known.modules[i];
    if (known.identity.begin >= identity.end || identity.begin >= known.identity.end) continue;
    place = &known;  // it is not there any more
    ForgetSeen(known.identity.begin, known.identity.end);
    known = {};
  }
  if (place == nullptr && g_known.count < kMostModules) place = &g_known.modules[g_known.count++];
  if (place == nullptr) return nullptr;
  const RampCalls found = platform::FindRampCalls(PathOf(map), map.l_addr);
  place->identity = identity;
  place->is_stripped = found.symbols != RampCalls::Symbols::kRead;
  place->sites = KeepSites(found.calls);
  return place;
}

Module* FindModule(const dl_find_object& object) TASKLEAK_REQUIRES(g_known.lock) {
  const Identity identity = IdentityOf(object);
  for (std::size_t i = 0; i < g_known.count; ++i) {
    if (g_known.modules[i].identity == identity) return &g_known.modules[i];
  }
  return Add(identity, *object.dlfo_link_map);
}

}  // namespace

[[gnu::noinline]] const RampSite* LookUpSite(std::uintptr_t call) {
  dl_find_object object;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (_dl_find_object(reinterpret_cast<void*>(call), &object) != 0) return nullptr;
  const ShortLockHolder lock(g_known.lock);
  const Module* const module = FindModule(object);
  if (module == nullptr) return nullptr;
  const auto site = std::lower_bound(
      module->sites.begin(), module->sites.end(), call,
      [](const RampSite& each, std::uintptr_t address) { return each.call < address; });
  const bool is_ramp = site != module->sites.end() && site->call == call;
  internal::SeenSite(call).store(is_ramp ? reinterpret_cast<std::uintptr_t>(&*site) | 1 : call << 1,
                                 std::memory_order_release);
  return is_ramp ? &*site : nullptr;
}

std::vector<std::uintptr_t> ModulesWithoutSymbols() {
  std::array<std::uintptr_t, kMostModules> found;
  std::size_t count = 0;
  {
    const ShortLockHolder lock(g_known.lock);
    for (std::size_t i = 0; i < g_known.count; ++i) {
      if (g_known.modules[i].is_stripped) found[count++] = g_known.modules[i].identity.begin;
    }
  }
  return {found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count)};
}

void ResetRampSites() { g_known.lock.Reset(); }

}  // namespace taskleak::registry
