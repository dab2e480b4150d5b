// This code runs in any thread of the program, whatever locks the thread holds.
#include "linux/modules/program_headers.h"

#include <link.h>
#include <sys/auxv.h>

#include <cstddef>
#include <string_view>

#include "linux/proc/memory.h"

namespace taskleak::platform {
namespace {

template <typename T>
const T* At(std::uintptr_t address) {
  return reinterpret_cast<const T*>(address);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace

bool IsProgram(const link_map& map) { return map.l_name == nullptr || *map.l_name == '\0'; }

// Returns the beginning of the file. The dynamic linker maps a library without gaps, beginning with
// its headers. The kernel leaves gaps in the program, and then the dynamic linker knows one piece
// of it at a time; but the auxiliary vector shows where the headers are (getauxval(3)).
std::uintptr_t BeginOfFile(const dl_find_object& module) {
  const std::uintptr_t headers = IsProgram(*module.dlfo_link_map) ? getauxval(AT_PHDR) : 0;
  if (headers != 0) return headers / kSmallestPage * kSmallestPage;
  return reinterpret_cast<std::uintptr_t>(module.dlfo_map_start);
}

// The dynamic linker maps whole pages, and linkers put the headers first.
std::span<const Elf64_Phdr> ProgramHeadersAt(std::uintptr_t begin) {
  if (std::string_view(At<char>(begin), SELFMAG) != ELFMAG) return {};
  const Elf64_Ehdr& header = *At<Elf64_Ehdr>(begin);
  const std::size_t count = header.e_phnum;
  if (header.e_phoff % alignof(Elf64_Phdr) != 0 || header.e_phoff > kSmallestPage ||
      count * sizeof(Elf64_Phdr) > kSmallestPage - header.e_phoff)
    return {};
  return {At<Elf64_Phdr>(begin + header.e_phoff), count};
}

}  // namespace taskleak::platform
