#include "linux/modules/start_modules.h"

#include <link.h>

#include <algorithm>
#include <vector>

#include "linux/proc/subject.h"

namespace taskleak::platform {
namespace {

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

struct Loaded {
  std::vector<Range> code;
  std::size_t thread_locals = 0;
};

int AddModule(dl_phdr_info* module, std::size_t /*size*/, void* to) {
  auto& loaded = *static_cast<Loaded*>(to);
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = module->dlpi_phdr[i];
    if (segment.p_type == PT_TLS) loaded.thread_locals += segment.p_memsz + segment.p_align;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = module->dlpi_addr + segment.p_vaddr;
    loaded.code.push_back({begin, begin + segment.p_memsz});
  }
  return 0;
}

Loaded LoadedNow() {
  Loaded loaded;
  dl_iterate_phdr(&AddModule, &loaded);
  return loaded;
}

// All libraries of a program are mapped before the first constructor runs. Listing them there does
// not wait for other threads.
const Loaded& AtStart() {
  static const auto* const loaded = new Loaded(LoadedNow());
  return *loaded;
}

[[maybe_unused]] const Loaded& g_at_start = AtStart();

}  // namespace

bool WasLoadedAtStart(std::uintptr_t address) {
  return !LooksAtItself() || std::ranges::any_of(AtStart().code, [address](const Range& range) {
    return range.begin <= address && address < range.end;
  });
}

std::size_t ThreadLocalsAtStart() { return AtStart().thread_locals; }

}  // namespace taskleak::platform
