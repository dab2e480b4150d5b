#include "platform/modules.h"

#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "platform/linux/proc_file.h"

namespace taskleak::platform {
namespace {

// Only this machine's own files, found by build id. libdwfl's standard finder may ask debuginfod
// servers over the network.
int FindLocalDebugInfo(Dwfl_Module* module, void** user_data, const char* name, Dwarf_Addr base,
                       const char* file, const char* debuglink, GElf_Word crc, char** path) {
  const unsigned char* id = nullptr;
  GElf_Addr where = 0;
  if (dwfl_module_build_id(module, &id, &where) <= 0) return -1;
  return dwfl_build_id_find_debuginfo(module, user_data, name, base, file, debuglink, crc, path);
}

const Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = FindLocalDebugInfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

// The lines of executable mappings: all that matters to addresses of code. /proc/self shows none
// once the first thread has ended.
std::string ExecutableMappings() {
  const std::string maps = ReadWholeProcFile("/proc/thread-self/maps");
  std::string result;
  for (std::string_view rest = maps; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos && line.size() > blank + 3 && line[blank + 3] == 'x')
      result += line;
    rest.remove_prefix(line.empty() ? rest.size() : line.size());
  }
  return result;
}

}  // namespace

Modules& Modules::Instance() {
  static Modules* const instance = new Modules();
  return *instance;
}

bool Modules::Refresh() {
  std::string maps = ExecutableMappings();
  if (maps.empty()) return false;
  refreshed_ = std::chrono::steady_clock::now();
  if (dwfl_ != nullptr && maps == maps_) return true;
  if (dwfl_ == nullptr) dwfl_ = dwfl_begin(&kCallbacks);
  if (dwfl_ == nullptr) return false;
  // Modules that are still there keep what was read of them (dwfl_report_begin(3): gone ones are
  // dropped at the end).
  dwfl_report_begin(dwfl_);
  const bool listed = dwfl_linux_proc_report(dwfl_, gettid()) == 0;
  if (dwfl_report_end(dwfl_, nullptr, nullptr) != 0 || !listed) return false;
  code_ = ParseRanges(maps);
  maps_ = std::move(maps);
  ++generation_;
  return true;
}

void Modules::RefreshIfOld() {
  constexpr std::chrono::milliseconds kOld{10};
  if (dwfl_ == nullptr || std::chrono::steady_clock::now() - refreshed_ > kOld) Refresh();
}

std::vector<Modules::Range> Modules::ParseRanges(const std::string& maps) {
  std::vector<Range> ranges;
  for (std::string_view rest = maps; !rest.empty();) {
    NumberReader numbers(rest);
    const auto begin = numbers.Next(16);
    numbers.SkipCharacter('-');
    const auto end = numbers.Next(16);
    if (begin && end) ranges.push_back({*begin, *end});
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  }
  return ranges;
}

bool Modules::IsCode(std::uintptr_t pc) const {
  const auto after =
      std::upper_bound(code_.begin(), code_.end(), pc,
                       [](std::uintptr_t at, const Range& r) { return at < r.begin; });
  return after != code_.begin() && pc < std::prev(after)->end;
}

Dwfl_Module* Modules::Find(std::uintptr_t pc) const {
  return dwfl_ == nullptr ? nullptr : dwfl_addrmodule(dwfl_, pc);
}

}  // namespace taskleak::platform
