#include "check/frame_notes.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "linux/coroutines/ramp_calls.h"
#include "registry/frame_log.h"
#include "registry/ramp_sites.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {
namespace {

using Symbols = platform::RampCalls::Symbols;
using Why = InvisibleCoroutines::Why;

// The file's name of a module of the program itself; empty for one of the system, which is mostly
// stripped, and rarely has coroutines.
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
  for (const auto& [module, why] : OwnModulesWithoutSymbols())
    notes.emplace_back(InvisibleCoroutines{module, why});
}

}  // namespace taskleak::check
