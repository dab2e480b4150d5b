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

int AddCode(dl_phdr_info* module, std::size_t /*size*/, void* ranges) {
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = module->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = module->dlpi_addr + segment.p_vaddr;
    static_cast<std::vector<Range>*>(ranges)->push_back({begin, begin + segment.p_memsz});
  }
  return 0;
}

std::vector<Range> LoadedNow() {
  std::vector<Range> ranges;
  dl_iterate_phdr(&AddCode, &ranges);
  return ranges;
}

// All libraries of a program are mapped before the first constructor runs. Listing them there does
// not wait for other threads.
const std::vector<Range>& AtStart() {
  static const auto* const ranges = new std::vector<Range>(LoadedNow());
  return *ranges;
}

[[maybe_unused]] const std::vector<Range>& g_at_start = AtStart();

}  // namespace

bool WasLoadedAtStart(std::uintptr_t address) {
  return !LooksAtItself() || std::ranges::any_of(AtStart(), [address](const Range& range) {
    return range.begin <= address && address < range.end;
  });
}

}  // namespace taskleak::platform
