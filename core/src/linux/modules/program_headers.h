// The program headers of what is loaded, for code that may take no lock.
#ifndef TASKLEAK_SRC_LINUX_MODULES_PROGRAM_HEADERS_H_
#define TASKLEAK_SRC_LINUX_MODULES_PROGRAM_HEADERS_H_

#include <dlfcn.h>
#include <elf.h>

#include <cstdint>
#include <span>

struct link_map;

namespace taskleak::platform {

/// Returns true for the program itself, which has no name there (dl_iterate_phdr(3)).
bool IsProgram(const link_map& map);

/// Returns where the beginning of the module's file is mapped.
std::uintptr_t BeginOfFile(const dl_find_object& module);

/// Returns the program headers of the file that is mapped at `begin`; empty if they are not on its
/// first page.
std::span<const Elf64_Phdr> ProgramHeadersAt(std::uintptr_t begin);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_PROGRAM_HEADERS_H_
