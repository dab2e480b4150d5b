#include "symbolize/symbolizer.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "linux/modules/modules.h"
#include "linux/proc/subject.h"
#include "symbolize/function_name.h"
#include "symbolize/module_info.h"
#include "symbolize/runtime_code.h"
#include "taskleak/internal/thread_birth.h"

// Is defined by the hooks (hooks/src/thread_hooks.cc); null in a program without them.
extern "C" __attribute__((weak)) void* taskleak_run_thread(void* birth);

namespace taskleak::symbolize {
namespace {

using platform::Modules;
using platform::RawFrame;

std::uintptr_t LookupAddress(const RawFrame& frame) {
  return frame.is_return_address && frame.pc > 0 ? frame.pc - 1 : frame.pc;
}

// Returns the module that contains the address. If none is known, looks at the mappings again.
ModuleInfo* FindModule(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
  ModuleInfo* const info = modules.dwfl() == nullptr ? nullptr : ModuleInfo::Find(modules, pc);
  if (info != nullptr || !modules.Refresh()) return info;
  return ModuleInfo::Find(modules, pc);
}

// Returns the name of one of the hooks' own functions, through which a thread runs its start
// routine. They are known by their addresses even in a stripped program.
const char* NameOfHook(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
  if (!platform::LooksAtItself()) return nullptr;
  const std::uintptr_t start = modules.FunctionStart(pc);
  if (start == 0) return nullptr;
  const auto is = [start](auto* function) {
    return start == reinterpret_cast<std::uintptr_t>(function);
  };
  if (is(&internal::RunThread)) return "taskleak::internal::RunThread";
  if (is(&internal::CallThen)) return "taskleak::internal::CallThen";
  if (is(&internal::RunC11Routine)) return "taskleak::internal::RunC11Routine";
  return is(&taskleak_run_thread) ? "taskleak_run_thread" : nullptr;
}

QuickFrame LookUp(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
  QuickFrame result;
  ModuleInfo* const info = FindModule(modules, pc);
  if (info == nullptr) return result;
  result.module = info->file_name();
  result.system_module = info->is_system();
  result.installed_library = info->is_installed_library();
  const char* symbol = info->symbols().Find(pc);
  if (symbol == nullptr) symbol = NameOfHook(modules, pc);
  if (symbol != nullptr) {
    result.function = Demangle(symbol);
    result.plain_name = PlainName(result.function);
  }
  result.runtime = result.system_module || IsRuntimeName(result.plain_name);
  return result;
}

// libdw puts a few hundred KiB on the stack while it reads line numbers, and a main thread's stack
// that cannot grow (RLIMIT_AS) ends the process.
bool HasRoomForLines() {
  constexpr std::size_t kRoom = std::size_t{1} << 20;
  void* const room =
      mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return room != MAP_FAILED && munmap(room, kRoom) == 0;
}

// Returns the functions at one address. The names come from the symbol table, which has every
// function's full name, and the rest from the debug information.
std::vector<Frame> ResolveAddress(Modules& modules, const QuickFrame& quick, std::uintptr_t pc,
                                  bool with_lines) TASKLEAK_REQUIRES(modules.mutex()) {
  Frame physical;
  physical.function = quick.function;
  physical.module = quick.module;
  physical.runtime = quick.runtime;
  ModuleInfo* const info = FindModule(modules, pc);
  if (info == nullptr) return {physical};
  physical.module_offset = info->OffsetOf(pc);
  std::vector<SourceLocation> locations;
  if (with_lines && HasRoomForLines()) locations = info->debug().Find(pc);
  if (locations.empty()) return {physical};

  std::vector<Frame> result;
  for (SourceLocation& location : locations) {
    Frame& frame = result.emplace_back(physical);
    frame.inlined = result.size() < locations.size();
    frame.file = std::move(location.file);
    frame.line = location.line;
    if (!frame.inlined && !quick.function.empty()) continue;
    frame.function = std::move(location.function);
    // Without scopes (-g1), the name of a template's instance may be anything.
    frame.runtime =
        quick.system_module || location.in_cpp_library || IsRuntimeName(PlainName(frame.function));
  }
  return result;
}

// Keeps what was found at addresses, for one generation of the mappings.
class Cache {
 public:
  // Every frame ever returned is kept, each distinct one once.
  const QuickFrame& Quick(Modules& modules, std::uintptr_t pc) TASKLEAK_REQUIRES(modules.mutex()) {
    DropIfStale(modules);
    if (const auto known = quick_.find(pc); known != quick_.end()) return *known->second;
    const QuickFrame& kept = Keep(LookUp(modules, pc));  // may find that the mappings have changed
    DropIfStale(modules);
    // An address without a module is not kept, since a library may be loaded there at any time.
    if (!kept.module.empty()) quick_.emplace(pc, &kept);
    return kept;
  }

  const std::vector<Frame>& Resolve(Modules& modules, std::uintptr_t pc, bool system_lines)
      TASKLEAK_REQUIRES(modules.mutex()) {
    const QuickFrame& quick = Quick(modules, pc);
    if (quick.module.empty()) return unknown_;
    // No reader needs the line of the function that a thread starts in, and the search for it could
    // read the debug information of the whole program.
    const bool with_lines =
        (system_lines || !quick.system_module) && !IsThreadTrampoline(quick.plain_name);
    auto& resolved = with_lines ? resolved_ : named_;
    if (const auto known = resolved.find(pc); known != resolved.end()) return known->second;
    return resolved.emplace(pc, ResolveAddress(modules, quick, pc, with_lines)).first->second;
  }

 private:
  void DropIfStale(Modules& modules) TASKLEAK_REQUIRES(modules.mutex()) {
    if (generation_ == modules.generation()) return;
    quick_.clear();
    resolved_.clear();
    named_.clear();
    generation_ = modules.generation();
  }

  const QuickFrame& Keep(QuickFrame frame) {
    std::string key = frame.module + '\n' + frame.function;
    auto& kept = all_[std::move(key)];
    if (kept == nullptr) kept = std::make_unique<const QuickFrame>(std::move(frame));
    return *kept;
  }

  std::uint64_t generation_ = 0;
  std::unordered_map<std::uintptr_t, const QuickFrame*> quick_;
  std::unordered_map<std::uintptr_t, std::vector<Frame>> resolved_;
  std::unordered_map<std::uintptr_t, std::vector<Frame>> named_;  // without files and lines
  std::unordered_map<std::string, std::unique_ptr<const QuickFrame>> all_;
  const std::vector<Frame> unknown_{1};
};

// Used under Modules' mutex; lives as long as the process.
Cache& TheCache() {
  static Cache* const cache = new Cache();
  return *cache;
}

}  // namespace

const QuickFrame& Quick(RawFrame frame) {
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  return TheCache().Quick(modules, LookupAddress(frame));
}

void RefreshModules() {
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  modules.Refresh();
}

FunctionSymbol FindFunction(std::uintptr_t address) {
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  ModuleInfo* const info = FindModule(modules, address);
  if (info == nullptr) return {};
  const auto function = info->symbols().FindFunction(address);
  if (!function) return {};
  return {.name = function->name, .begin = function->begin, .end = function->end};
}

std::optional<int> LineOfStatement(std::uintptr_t pc, int first, int end) {
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  ModuleInfo* const info = FindModule(modules, pc);
  if (info == nullptr || !HasRoomForLines()) return std::nullopt;
  return info->debug().FindStatement(pc, first, end);
}

std::vector<Frame> Resolve(const std::vector<RawFrame>& frames, bool system_lines) {
  std::vector<Frame> result;
  Modules& modules = Modules::Instance();
  const MutexLock lock(modules.mutex());
  for (const RawFrame& raw : frames) {
    for (Frame frame : TheCache().Resolve(modules, LookupAddress(raw), system_lines)) {
      frame.address = raw.pc;
      frame.guessed = raw.guessed;
      result.push_back(std::move(frame));
    }
  }
  return result;
}

}  // namespace taskleak::symbolize
