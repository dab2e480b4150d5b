// The executable and libraries that are mapped now, and the one libdwfl session over them.
#ifndef TASKLEAK_SRC_PLATFORM_MODULES_H_
#define TASKLEAK_SRC_PLATFORM_MODULES_H_

#include <cstdint>
#include <mutex>
#include <string>

#include "base/mutex.h"

struct Dwfl;
struct Dwfl_Module;

namespace taskleak::platform {

/// The modules of this process as /proc/self/maps has them: no loader lock is taken. libdw is not
/// thread-safe, so everything it is asked happens under `mutex()`.
class Modules {
 public:
  /// The process's own, never destroyed.
  static Modules& Instance();

  Mutex& mutex() TASKLEAK_RETURN_CAPABILITY(mutex_) { return mutex_; }

  /// Looks at what is mapped now. `generation()` grows if that has changed, and with it every
  /// cached fact about addresses is void. Returns false if nothing could be read.
  bool Refresh() TASKLEAK_REQUIRES(mutex_);
  [[nodiscard]] std::uint64_t generation() const TASKLEAK_REQUIRES(mutex_) { return generation_; }

  [[nodiscard]] Dwfl* dwfl() const TASKLEAK_REQUIRES(mutex_) { return dwfl_; }
  /// The module that holds `pc`, or null.
  [[nodiscard]] Dwfl_Module* Find(std::uintptr_t pc) const TASKLEAK_REQUIRES(mutex_);

  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

 private:
  Modules() = default;

  Mutex mutex_;
  Dwfl* dwfl_ TASKLEAK_GUARDED_BY(mutex_) = nullptr;
  std::string maps_ TASKLEAK_GUARDED_BY(mutex_);  // executable mappings at the last Refresh
  std::uint64_t generation_ TASKLEAK_GUARDED_BY(mutex_) = 0;
};

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_PLATFORM_MODULES_H_
