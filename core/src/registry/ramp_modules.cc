// This code runs in any thread of the program, whatever locks the thread holds.
#include "registry/ramp_modules.h"

#include <algorithm>
#include <atomic>
#include <functional>

#include "linux/arch/decode.h"
#include "linux/arch/registers.h"
#include "linux/coroutines/loaded_module.h"
#include "linux/coroutines/page_vector.h"
#include "linux/modules/program_headers.h"
#include "linux/unwind/eh_frame.h"
#include "linux/unwind/short_rule.h"
#include "registry/seen_sites.h"

namespace taskleak::registry {
namespace {

using platform::LoadedModule;
using platform::RampCalls;
using Symbols = RampModule::Symbols;

std::uintptr_t BeginOf(const dl_find_object& object) {
  return reinterpret_cast<std::uintptr_t>(object.dlfo_map_start);
}
std::uintptr_t EndOf(const dl_find_object& object) {
  return reinterpret_cast<std::uintptr_t>(object.dlfo_map_end);
}

const char* PathOf(const link_map& map) {
  return platform::IsProgram(map) ? "/proc/thread-self/exe" : map.l_name;
}

LoadedModule Loaded(const dl_find_object& object) {
  return {platform::BeginOfFile(object), object.dlfo_link_map->l_addr};
}

// Returns true if the code from the function's start to the call has made a frame record, to which
// the frame pointer leads.
bool HasRecord(std::uintptr_t function_start, std::uintptr_t call) {
  constexpr std::uintptr_t kMostCode = 256;
  if (function_start == 0) return false;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  const auto* const code = reinterpret_cast<const unsigned char*>(function_start);
  return platform::decoders::DecodePrologue({code, std::min(call - function_start, kMostCode)})
      .sets_frame_pointer;
}

// Finds the site of a call by the call frame information.
RampSite SiteOf(std::uintptr_t call) {
  constexpr std::int64_t kLargestFrame = std::int64_t{64} << 10;
  const platform::EhFrameIndex index = platform::FindEhFrameIndex(call - 1);
  const platform::ShortRule rule = index.RuleAt(call - 1);
  if (!rule.usable() || rule.cfa_distance() % 8 != 0 || rule.cfa_distance() >= kLargestFrame)
    return {.call = call};
  const std::int64_t distance = rule.cfa_distance() + rule.return_distance();
  if (rule.from_frame_pointer())
    return {call, RampSite::Base::kFramePointer, static_cast<std::int32_t>(distance)};
  if (platform::kCallersStack != 0)
    return {call, RampSite::Base::kCalled,
            static_cast<std::int32_t>(distance + std::int64_t{platform::kCallersStack})};
  constexpr std::int32_t kInRecord = 8;  // the return address, above the saved frame pointer
  const bool side_by_side = rule.saves_frame_pointer() &&
                            rule.return_distance() == rule.frame_pointer_distance() + kInRecord;
  if (side_by_side && HasRecord(index.FunctionStart(call - 1), call))
    return {call, RampSite::Base::kFramePointer, kInRecord};
  return {.call = call};
}

// Stores the result of `make` for each value in pages of their own. Returns an empty span if there
// is no memory.
template <typename T, typename Make>
std::span<const T> Keep(std::span<const std::uintptr_t> values, Make make) {
  if (values.empty()) return {};
  auto* const kept = static_cast<T*>(platform::MapPages(values.size() * sizeof(T)));
  if (kept == nullptr) return {};
  std::transform(values.begin(), values.end(), kept, make);
  return {kept, values.size()};
}

// Disguises the address of a function. A resume function's address beside that of a destroy
// function would look like a frame to a search of memory (linux/coroutines/frame_scan.h).
std::uintptr_t Disguise(std::uintptr_t function) { return ~function; }

// Forgets a module. Its sites are never freed, since other threads may be about to read them.
void Forget(RampModule& module) {
  ForgetSeen(module.begin, module.end);
  module.begin = 0;
  std::atomic_thread_fence(std::memory_order_release);
  platform::UnmapPages(module.functions.data(), module.functions.size_bytes());
  module = {};
}

void Read(const LoadedModule& loaded, const link_map& map, RampModule& module) {
  const RampCalls found = platform::FindRampCalls(loaded, PathOf(map));
  module.sites = Keep<RampSite>(found.calls.values(), SiteOf);
  module.functions = Keep<std::uintptr_t>(found.functions.values(), Disguise);
  const bool whole = module.sites.size() == found.calls.values().size() &&
                     module.functions.size() == found.functions.values().size();
  const Symbols symbols = whole ? found.symbols : Symbols::kNoResources;
  module.was_missed |= symbols == Symbols::kNoResources;
  std::atomic_thread_fence(std::memory_order_release);
  module.symbols = symbols;
}

}  // namespace

// Asks the dynamic linker, which needs no lock.
bool IsLoaded(const RampModule& module) {
  if (module.begin == 0) return false;
  dl_find_object object;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (_dl_find_object(reinterpret_cast<void*>(module.begin), &object) != 0) return false;
  return BeginOf(object) == module.begin && EndOf(object) == module.end &&
         (module.loaded_as == nullptr || object.dlfo_link_map == module.loaded_as);
}

namespace {

// Returns whether this is the module that was read before. The table of functions is large, so it
// is read only if the module was loaded anew: without a build id, the headers of two builds may be
// the same.
bool Recognize(const LoadedModule& loaded, const link_map& map, RampModule& module) {
  if (module.headers != loaded.HashOfHeaders()) return false;
  if (module.loaded_as == &map) return true;
  if (module.function_table != loaded.HashOfFunctions()) return false;
  const bool was_read = module.symbols == Symbols::kRead || module.symbols == Symbols::kNone;
  if (!was_read) Read(loaded, map, module);
  module.loaded_as = &map;
  return true;
}

}  // namespace

// Returns a free place, or that of a module that is gone. Forgets modules that one between `begin`
// and `end` replaces.
RampModule* RampModules::PlaceFor(std::uintptr_t begin, std::uintptr_t end) {
  RampModule* place = nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    RampModule& module = modules_[i];
    const bool overlaps = module.begin < end && begin < module.end;
    if (module.begin != 0 && overlaps) Forget(module);
    if (module.begin == 0) place = &module;
  }
  if (place == nullptr && count_ < kMost) place = &modules_[count_++];
  for (std::size_t i = 0; place == nullptr && i < count_; ++i) {
    if (IsLoaded(modules_[i])) continue;
    place = &modules_[i];
    Forget(*place);
  }
  return place;
}

const RampModule* RampModules::Find(const dl_find_object& object) {
  const std::uintptr_t begin = BeginOf(object);
  const std::uintptr_t end = EndOf(object);
  const link_map& map = *object.dlfo_link_map;
  const LoadedModule loaded = Loaded(object);
  for (std::size_t i = 0; i < count_; ++i) {
    RampModule& module = modules_[i];
    if (module.begin == begin && module.end == end && Recognize(loaded, map, module))
      return &module;
  }
  RampModule* const place = PlaceFor(begin, end);
  if (place == nullptr) return nullptr;
  place->end = end;
  place->headers = loaded.HashOfHeaders();
  place->function_table = loaded.HashOfFunctions();
  place->loaded_as = &map;
  Read(loaded, map, *place);
  std::atomic_thread_fence(std::memory_order_release);
  place->begin = begin;
  return place;
}

void RampModules::Refresh() {
  for (std::size_t i = 0; i < count_; ++i) {
    RampModule& module = modules_[i];
    if (module.begin == 0 || module.loaded_as == nullptr) continue;
    if (module.symbols != Symbols::kNoResources && IsLoaded(module)) continue;
    ForgetSeen(module.begin, module.end);
    module.loaded_as = nullptr;
  }
}

bool RampModules::IsOfUnloaded(std::uintptr_t function) const {
  return std::ranges::any_of(modules(), [function](const RampModule& module) {
    return function >= module.begin && function < module.end && !IsLoaded(module) &&
           std::ranges::binary_search(module.functions, Disguise(function), std::ranges::greater());
  });
}

}  // namespace taskleak::registry
