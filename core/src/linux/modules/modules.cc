#include "linux/modules/modules.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "linux/modules/function_range.h"
#include "linux/proc/clock.h"
#include "linux/proc/memory.h"
#include "linux/proc/process_image.h"
#include "linux/proc/subject.h"
#include "taskleak/internal/mappings.h"

namespace taskleak::platform {
namespace {

using internal::Mapping;

constexpr std::string_view kVdso = "[vdso: ";

// Finds only files of this machine, by build id. libdwfl's standard finder may ask debuginfod
// servers over the network.
int FindLocalDebugInfo(Dwfl_Module* module, void** user_data, const char* name, Dwarf_Addr base,
                       const char* file, const char* debuglink, GElf_Word crc, char** path) {
  const unsigned char* id = nullptr;
  GElf_Addr where = 0;
  if (dwfl_module_build_id(module, &id, &where) <= 0) return -1;
  return dwfl_build_id_find_debuginfo(module, user_data, name, base, file, debuglink, crc, path);
}

// Reads the vdso, which exists in memory only. All of it is mapped, including its sections.
Elf* ReadVdso(std::uintptr_t begin, std::uintptr_t end) {
  constexpr std::size_t kMost = std::size_t{64} << 10;
  static auto* const bytes = new std::vector<char>(std::min(kMost, end - begin));
  bytes->resize(ReadMemory(begin, bytes->data(), bytes->size()));
  return elf_memory(bytes->data(), bytes->size());
}

// Finds the files of a process that is not in /proc.
int FindElf(Dwfl_Module* module, void** user_data, const char* name, Dwarf_Addr base, char** path,
            Elf** elf) {
  const ProcessImage* const image = SubjectImage();
  if (image == nullptr) return dwfl_linux_proc_find_elf(module, user_data, name, base, path, elf);
  if (std::string_view(name).starts_with(kVdso)) {
    Dwarf_Addr end = 0;
    dwfl_module_info(module, nullptr, nullptr, &end, nullptr, nullptr, nullptr, nullptr);
    *elf = ReadVdso(base, end);
    return -1;
  }
  const std::string file = image->PathOf(name);
  if (file.empty()) return -1;
  *path = strdup(file.c_str());
  return open(file.c_str(), O_RDONLY | O_CLOEXEC);
}

Dwfl_Callbacks Callbacks() {
  static char* path = nullptr;
  const ProcessImage* const image = SubjectImage();
  if (image != nullptr && path == nullptr) path = strdup(image->debug_path().c_str());
  return {
      .find_elf = FindElf,
      .find_debuginfo = FindLocalDebugInfo,
      .section_address = nullptr,
      .debuginfo_path = path == nullptr ? nullptr : &path,
  };
}

// Returns the lines of executable mappings. As long as they stay the same, all code stays the same.
// Each stack of a thread has a line or two as well, so the other lines are not read further.
std::string ExecutableLines(std::string_view maps) {
  std::string executable;
  while (!maps.empty()) {
    const std::string_view line = internal::TakeLine(maps);
    if (internal::IsExecutable(line)) executable += line;
  }
  return executable;
}

// Returns the lines of files that are loaded to be executed. Files that are merely mapped are left
// out: libelf maps the files that it reads, and libdwfl would take such a mapping and the loaded
// module beside it for one module.
std::string LoadedFileLines(const std::vector<Mapping>& mappings) {
  std::string lines;
  std::string group;
  bool executable = false;
  std::string_view path;
  const auto end_group = [&] {
    if (executable) lines += group;
    group.clear();
    executable = false;
  };
  for (const Mapping& mapping : mappings) {
    if (!mapping.path.starts_with('/')) continue;
    if (mapping.path != path || mapping.offset == 0) end_group();
    path = mapping.path;
    group += mapping.line;
    executable |= mapping.executable;
  }
  end_group();
  return lines;
}

bool ReportFiles(Dwfl* dwfl, const std::vector<Mapping>& mappings) {
  std::string lines = LoadedFileLines(mappings);
  std::FILE* const file = fmemopen(lines.data(), lines.size(), "r");
  if (file == nullptr) return false;
  const bool reported = dwfl_linux_proc_maps_report(dwfl, file) == 0;
  std::fclose(file);
  return reported;
}

// Reports the vdso under the name by which dwfl_linux_proc_find_elf knows that it must be read from
// memory.
Dwfl_Module* ReportVdso(Dwfl* dwfl, const std::vector<Mapping>& mappings) {
  static const std::string* const name =
      new std::string(std::string(kVdso) + std::to_string(SubjectThread()) + "]");
  for (const Mapping& mapping : mappings) {
    if (mapping.path == "[vdso]")
      return dwfl_report_module(dwfl, name->c_str(), mapping.begin, mapping.end);
  }
  return nullptr;
}

}  // namespace

Modules& Modules::Instance() {
  static Modules* const instance = new Modules();
  return *instance;
}

bool Modules::Refresh() {
  const std::string maps = internal::ReadMaps();
  std::string executable = ExecutableLines(maps);
  if (executable.empty()) return false;
  refreshed_ = Clock::now();
  maps_size_ = maps.size();
  if (dwfl_ != nullptr && executable == executable_lines_) return true;
  const std::vector<Mapping> mappings = internal::ParseMaps(maps);
  static const auto* const callbacks = new Dwfl_Callbacks(Callbacks());
  if (dwfl_ == nullptr) dwfl_ = dwfl_begin(callbacks);
  if (dwfl_ == nullptr) return false;
  // Modules that are still there keep their data (dwfl_report_begin(3): others are dropped at the
  // end).
  dwfl_report_begin(dwfl_);
  const bool listed = ReportFiles(dwfl_, mappings);
  Dwfl_Module* const vdso = ReportVdso(dwfl_, mappings);
  if (dwfl_report_end(dwfl_, nullptr, nullptr) != 0 || !listed) return false;
  // This is read now through the calling thread, which may have ended when it is needed.
  Dwarf_Addr bias = 0;
  if (vdso != nullptr) dwfl_module_getelf(vdso, &bias);
  code_.clear();
  for (const Mapping& mapping : mappings) {
    if (mapping.executable) code_.push_back({mapping.begin, mapping.end});
  }
  executable_lines_ = std::move(executable);
  ++generation_;
  return true;
}

void Modules::RefreshIfOld() {
  constexpr std::chrono::milliseconds kOld{10};
  constexpr std::size_t kSmall = std::size_t{32} << 10;  // bytes of maps with some hundred threads
  if (dwfl_ == nullptr || Clock::now() - refreshed_ > kOld * (1 + maps_size_ / kSmall)) Refresh();
}

std::uintptr_t Modules::FunctionStart(std::uintptr_t pc) const {
  Dwfl_Module* const module = Find(pc);
  return module == nullptr ? 0 : FunctionAt(module, pc).start;
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
