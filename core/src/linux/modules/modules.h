// Keeps the executable and libraries that are mapped now, and the one libdwfl session for them.
#ifndef TASKLEAK_SRC_LINUX_MODULES_MODULES_H_
#define TASKLEAK_SRC_LINUX_MODULES_MODULES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/mutex.h"

struct Dwfl;
struct Dwfl_Module;

namespace taskleak::platform {

/// Holds the modules of the looked-at process, as its maps in /proc show them: takes no lock of the
/// loader. libdw is not thread-safe, so it is used only under `mutex()`.
class Modules {
 public:
  /// Returns the process's own, which is never destroyed.
  static Modules& Instance();

  Mutex& mutex() TASKLEAK_RETURN_CAPABILITY(mutex_) { return mutex_; }

  /// Reads what is mapped now. `generation()` grows if that has changed, and then every cached fact
  /// about addresses is void. Returns false if nothing could be read.
  bool Refresh() TASKLEAK_REQUIRES(mutex_);
  /// Calls Refresh(), unless that was done in the last 10 ms: reading the mappings takes longer
  /// than reading a stack. With very many mappings it is done less often, so that it stays a small
  /// part of a look at as many threads.
  void RefreshIfOld() TASKLEAK_REQUIRES(mutex_);
  [[nodiscard]] std::uint64_t generation() const TASKLEAK_REQUIRES(mutex_) { return generation_; }

  [[nodiscard]] Dwfl* dwfl() const TASKLEAK_REQUIRES(mutex_) { return dwfl_; }
  /// Returns the module that holds `pc`, or null.
  [[nodiscard]] Dwfl_Module* Find(std::uintptr_t pc) const TASKLEAK_REQUIRES(mutex_);
  /// Returns where the function that holds `pc` begins, also in a stripped module; 0 when not
  /// known.
  [[nodiscard]] std::uintptr_t FunctionStart(std::uintptr_t pc) const TASKLEAK_REQUIRES(mutex_);
  /// Returns whether `pc` is in an executable mapping.
  [[nodiscard]] bool IsCode(std::uintptr_t pc) const TASKLEAK_REQUIRES(mutex_);
  struct Range {
    std::uintptr_t begin;
    std::uintptr_t end;
  };
  /// Returns the executable mappings, ascending.
  [[nodiscard]] const std::vector<Range>& code() const TASKLEAK_REQUIRES(mutex_) { return code_; }

  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

 private:
  Modules() = default;

  Mutex mutex_;
  Dwfl* dwfl_ TASKLEAK_GUARDED_BY(mutex_) = nullptr;
  std::string executable_lines_ TASKLEAK_GUARDED_BY(mutex_);  // of maps, at the last Refresh
  std::vector<Range> code_ TASKLEAK_GUARDED_BY(mutex_);       // the same, as addresses, ascending
  std::chrono::steady_clock::time_point refreshed_ TASKLEAK_GUARDED_BY(mutex_);
  std::size_t maps_size_ TASKLEAK_GUARDED_BY(mutex_) = 0;  // bytes of maps, at the last Refresh
  std::uint64_t generation_ TASKLEAK_GUARDED_BY(mutex_) = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_MODULES_MODULES_H_
