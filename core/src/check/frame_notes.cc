#include "check/frame_notes.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "linux/coroutines/ramp_calls.h"
#include "registry/frame_log.h"
#include "registry/ramp_sites.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {
namespace {

// Those of the program itself: libraries of the system are stripped, and rarely have coroutines.
std::set<std::string> OwnModulesWithoutSymbols() {
  std::set<std::string> modules;
  const std::vector<std::uintptr_t> addresses = registry::ModulesWithoutSymbols();
  if (!addresses.empty()) symbolize::RefreshModules();  // some may be where others were before
  for (const std::uintptr_t address : addresses) {
    const symbolize::QuickFrame& there =
        symbolize::Quick({.pc = address, .is_return_address = false, .guessed = false});
    const bool is_own = !there.system_module && !there.installed_library;
    if (is_own && !there.module.empty()) modules.insert(there.module);
  }
  return modules;
}

// Where the program has an operator new of its own, its coroutines are mostly in it, too.
bool ProgramHasCoroutines() {
  static const bool has = platform::HasCoroutines("/proc/self/exe");
  return has;
}

}  // namespace

void AddFrameNotes(std::vector<Note>& notes) {
  const internal::FrameHooks hooks = registry::GetFrameHooks();
  if (hooks == internal::FrameHooks::kReplaced && ProgramHasCoroutines())
    notes.emplace_back(ReplacedAllocator());
  if (hooks != internal::FrameHooks::kReady) return;
  if (const std::uint64_t count = registry::CountUnloggedFrames(); count > 0)
    notes.emplace_back(UnloggedFrames{count});
  for (const std::string& module : OwnModulesWithoutSymbols())
    notes.emplace_back(InvisibleCoroutines{module});
}

}  // namespace taskleak::check
