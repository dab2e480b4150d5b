#include "symbolize/symbolizer.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "platform/modules.h"
#include "symbolize/function_name.h"
#include "symbolize/module_info.h"

namespace taskleak::symbolize {
namespace {

using platform::Modules;
using platform::RawFrame;

std::uintptr_t LookupAddress(const RawFrame& frame) {
  return frame.is_return_address && frame.pc > 0 ? frame.pc - 1 : frame.pc;
}

// The module that holds the address; when none is known, after another look at the mappings.
ModuleInfo* FindModule(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
  ModuleInfo* const info = modules.dwfl() == nullptr ? nullptr : ModuleInfo::Find(modules, pc);
  if (info != nullptr || !modules.Refresh()) return info;
  return ModuleInfo::Find(modules, pc);
}

QuickFrame LookUp(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
  QuickFrame result;
  ModuleInfo* const info = FindModule(modules, pc);
  if (info == nullptr) return result;
  result.module = info->file_name();
  result.system_module = info->is_system();
  if (const char* const symbol = info->symbols().Find(pc)) {
    result.function = Demangle(symbol);
    result.plain_name = PlainName(result.function);
  }
  result.runtime = result.system_module || IsRuntimeName(result.plain_name);
  return result;
}

// Quick frames by lookup address, for one generation of the mappings. Every frame ever returned is
// kept, each distinct one once.
class QuickFrames {
 public:
  const QuickFrame& Get(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
    if (generation_ == modules.generation()) {
      const auto known = by_address_.find(pc);
      if (known != by_address_.end()) return *known->second;
    }
    QuickFrame found = LookUp(modules, pc);  // may find that the mappings have changed
    if (generation_ != modules.generation()) {
      by_address_.clear();
      generation_ = modules.generation();
    }
    const QuickFrame& kept = Keep(std::move(found));
    by_address_.emplace(pc, &kept);
    return kept;
  }

 private:
  const QuickFrame& Keep(QuickFrame frame) {
    std::string key = frame.module + '\n' + frame.function;
    auto& kept = all_[std::move(key)];
    if (kept == nullptr) kept = std::make_unique<const QuickFrame>(std::move(frame));
    return *kept;
  }

  std::uint64_t generation_ = 0;
  std::unordered_map<std::uintptr_t, const QuickFrame*> by_address_;
  std::unordered_map<std::string, std::unique_ptr<const QuickFrame>> all_;
};

}  // namespace

const QuickFrame& Quick(const RawFrame& frame) {
  static QuickFrames* const frames = new QuickFrames();  // NOLINT: lives as long as the process
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  return frames->Get(modules, LookupAddress(frame));
}

}  // namespace taskleak::symbolize
