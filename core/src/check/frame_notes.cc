#include "check/frame_notes.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "linux/coroutines/ramp_calls.h"
#include "registry/frame_log.h"
#include "registry/ramp_sites.h"
#include "symbolize/symbolizer.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::check {
namespace {

using Symbols = platform::RampCalls::Symbols;
using Why = InvisibleCoroutines::Why;

// Returns the file name of a module of the program itself. Returns an empty text for one of the
// system, which is mostly stripped, and rarely has coroutines.
std::string OwnModuleAt(std::uintptr_t address) {
  const symbolize::QuickFrame& there =
      symbolize::Quick({.pc = address, .is_return_address = false, .guessed = false});
  return there.system_module || there.installed_library ? std::string() : there.module;
}

Why WhyNot(Symbols symbols) {
  if (symbols == Symbols::kNone) return Why::kNoSymbols;
  return symbols == Symbols::kUnreadable ? Why::kOtherFile : Why::kNoResources;
}

std::map<std::string, Why> OwnModulesWithoutSymbols() {
  std::map<std::string, Why> modules;
  const auto found = registry::ModulesWithoutSymbols();
  if (!found.empty()) symbolize::RefreshModules();  // some may be where others were before
  for (const registry::InvisibleModule& module : found) {
    if (std::string name = OwnModuleAt(module.address); !name.empty())
      modules.emplace(std::move(name), WhyNot(module.why));
  }
  return modules;
}

// Looks for a module of the program that has coroutines among the loaded ones. Reads each module
// once.
class CoroutineSearch {
 public:
  bool Look() {
    const MutexLock lock(mutex_);
    if (found_) return true;
    symbolize::RefreshModules();
    const std::string maps = internal::ReadMaps();
    for (const internal::Mapping& mapping : internal::ParseMaps(maps)) {
      if (mapping.offset == 0 && mapping.path.starts_with('/')) found_ = found_ || HasAny(mapping);
    }
    return found_;
  }

 private:
  bool HasAny(const internal::Mapping& mapping) TASKLEAK_REQUIRES(mutex_) {
    const std::string path(mapping.path);
    return without_.emplace(mapping.begin, path).second && !OwnModuleAt(mapping.begin).empty() &&
           platform::HasCoroutines(path.c_str());
  }

  Mutex mutex_;
  bool found_ TASKLEAK_GUARDED_BY(mutex_) = false;
  std::set<std::pair<std::uintptr_t, std::string>> without_ TASKLEAK_GUARDED_BY(mutex_);
};

bool ProgramHasCoroutines() {
  static auto* const search = new CoroutineSearch();
  return search->Look();
}

}  // namespace

void AddFrameNotes(std::vector<Note>& notes) {
  const internal::FrameHooks hooks = registry::GetFrameHooks();
  if (hooks == internal::FrameHooks::kReplaced && ProgramHasCoroutines())
    notes.emplace_back(ReplacedAllocator());
  if (hooks != internal::FrameHooks::kReady) return;
  if (const std::uint64_t count = registry::CountUnloggedFrames(); count > 0)
    notes.emplace_back(UnloggedFrames{count});
  for (const auto& [module, why] : OwnModulesWithoutSymbols())
    notes.emplace_back(InvisibleCoroutines{module, why});
}

}  // namespace taskleak::check
