// Finds files of this machine for what was mapped into the process of a core file.
#ifndef TASKLEAK_SRC_LINUX_COREFILE_MODULE_FILES_H_
#define TASKLEAK_SRC_LINUX_COREFILE_MODULE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/corefile/core_file.h"
#include "linux/corefile/elf_identity.h"

namespace taskleak::platform {

/// Says where to search for files.
struct ModuleSearch {
  std::string program;                  ///< the program; empty: where it was when it ran
  std::string sysroot;                  ///< the folder in which paths of the core begin
  std::vector<std::string> debug_dirs;  ///< with .build-id/ below them, most important first
};

/// A program or library that was mapped.
struct Module {
  enum class State {
    kFound,       ///< `file` is of the same build
    kUnverified,  ///< `file` is at its path, and the core does not show whether it is the same
    kMissing,     ///< there is none
    kOtherBuild,  ///< what is at its path is another one
  };
  std::string path;  ///< when it ran
  State state = State::kMissing;
  std::string file{};      ///< of this machine; empty if there is none
  std::string build_id{};  ///< in the core; empty: not known
  bool is_program = false;
  std::optional<ElfIdentity> identity{};  ///< in the core, or else in the file
};

/// The modules of a core file.
class ModuleFiles {
 public:
  /// Searches for the modules' files. `core` must outlive this object.
  ModuleFiles(const CoreFile& core, const ModuleSearch& search);

  [[nodiscard]] const std::vector<Module>& all() const { return modules_; }
  /// Returns the module with that path; null if it is none.
  [[nodiscard]] const Module* Find(std::string_view path) const;
  /// Returns why the program that was named is not that of the core; nothing if it is, or none was.
  [[nodiscard]] const std::optional<UnreadableCore>& wrong_program() const {
    return wrong_program_;
  }

 private:
  std::optional<UnreadableCore> UseProgram(const std::string& program);
  void Resolve(Module& module, const ModuleSearch& search) const;

  std::vector<Module> modules_;  // by path
  std::optional<UnreadableCore> wrong_program_;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COREFILE_MODULE_FILES_H_
