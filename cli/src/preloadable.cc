#include "preloadable.h"

#include <elf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

// This program's own header, by the linker (ld(1) defines the symbol if something uses it).
extern "C" [[gnu::visibility("hidden")]] const Elf64_Ehdr __ehdr_start;

namespace taskleak::cli {
namespace {

bool IsExecutable(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

template <typename T>
bool ReadAt(std::ifstream& file, std::uint64_t offset, T* value) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(value), sizeof(T)));
}

// Returns the program that a script names in its first line, or an empty text if it is not a
// script.
std::string Interpreter(std::ifstream& file) {
  std::string line;
  file.seekg(0);
  std::getline(file, line);
  file.clear();
  if (!line.starts_with("#!")) return {};
  std::istringstream words(line.substr(2));
  std::string program;
  words >> program;
  return program;
}

// elf(5): only a program with a loader (PT_INTERP) loads libraries.
std::string WhyNotDynamic(std::ifstream& file) {
  Elf64_Ehdr header{};
  if (!ReadAt(file, 0, &header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return "it is not an ELF program";
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != __ehdr_start.e_machine)
    return "it is not a 64-bit program for this processor";
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!ReadAt(file, header.e_phoff + i * sizeof(segment), &segment)) break;
    if (segment.p_type == PT_INTERP) return {};
  }
  return "it is statically linked";
}

}  // namespace

std::string FindProgram(const std::string& command) {
  if (command.find('/') != std::string::npos) return IsExecutable(command) ? command : "";
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/bin:/usr/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string candidate = (folder.empty() ? "." : folder) + "/" + command;
    if (IsExecutable(candidate)) return candidate;
  }
  return {};
}

std::string WhyNotPreloadable(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::strerror(errno);
  // ld.so(8): in secure-execution mode the loader ignores preloaded libraries.
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0) return "it is setuid or setgid";
  if (getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
    return "it has file capabilities";
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return "it cannot be read";
  const std::string interpreter = Interpreter(file);
  return interpreter.empty() ? WhyNotDynamic(file) : WhyNotPreloadable(interpreter);
}

}  // namespace taskleak::cli
