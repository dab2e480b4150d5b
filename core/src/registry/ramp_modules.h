// The modules that have called operator new, and the coroutines that each of them has.
#ifndef TASKLEAK_SRC_REGISTRY_RAMP_MODULES_H_
#define TASKLEAK_SRC_REGISTRY_RAMP_MODULES_H_

#include <dlfcn.h>
#include <link.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/coroutines/ramp_calls.h"
#include "registry/ramp_sites.h"

namespace taskleak::registry {

/// A module as it was when it was read, or one piece of the program.
struct RampModule {
  using Symbols = platform::RampCalls::Symbols;

  std::uintptr_t begin = 0;  ///< 0: there is none here
  std::uintptr_t end = 0;
  std::uint64_t headers = 0;            ///< hashes, which distinguish it from another one that is
  std::uint64_t function_table = 0;     ///< loaded at the same place later
  const link_map* loaded_as = nullptr;  ///< null: when it is met next, it must be recognized
  Symbols symbols = Symbols::kRead;
  bool was_missed = false;                      ///< it had coroutines before it could be read
  std::span<const RampSite> sites{};            ///< ascending
  std::span<const std::uintptr_t> functions{};  ///< of coroutines, disguised
};

/// Returns whether it is loaded now, by a look that takes no lock. If nothing says as what it was
/// loaded, any module that has exactly its place is taken for it.
bool IsLoaded(const RampModule& module);

/// One thread at a time may call it. A fork may come at any time: a module is there for the child
/// if it is complete.
class RampModules {
 public:
  static constexpr std::size_t kMost = 4096;

  /// Returns the module that `object` is of, which is loaded and stays so. Reads it if it is not
  /// known, or not any more. Null if there are too many.
  const RampModule* Find(const dl_find_object& object);

  /// Forgets what was seen in modules that were unloaded, and in those for which there was no
  /// memory or no descriptor: they are read again.
  void Refresh();

  /// Returns whether this is a function of a coroutine in a module that was unloaded.
  [[nodiscard]] bool IsOfUnloaded(std::uintptr_t function) const;

  [[nodiscard]] std::span<const RampModule> modules() const { return {modules_.data(), count_}; }

 private:
  RampModule* PlaceFor(std::uintptr_t begin, std::uintptr_t end);

  std::size_t count_ = 0;
  std::array<RampModule, kMost> modules_{};
};

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_RAMP_MODULES_H_
