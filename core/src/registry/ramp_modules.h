// Keeps the modules that have called operator new, and their coroutines.
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

/// Describes a module as it was when it was read, or one piece of the program.
struct RampModule {
  using Symbols = platform::RampCalls::Symbols;

  std::uintptr_t begin = 0;  ///< 0: there is none here
  std::uintptr_t end = 0;
  std::uint64_t headers = 0;            ///< hashes, which distinguish it from another one that is
  std::uint64_t function_table = 0;     ///< loaded at the same place later
  const link_map* loaded_as = nullptr;  ///< null: must be recognized at the next encounter
  Symbols symbols = Symbols::kRead;
  bool was_missed = false;                      ///< it had coroutines before it could be read
  std::span<const RampSite> sites{};            ///< ascending
  std::span<const std::uintptr_t> functions{};  ///< of coroutines, disguised
};

/// Returns whether the module is loaded now. Takes no lock. If nothing is known about how it was
/// loaded, any module at exactly its place is taken for it.
bool IsLoaded(const RampModule& module);

/// May be used by one thread at a time. A fork may come at any time: the child has the modules that
/// are complete by then.
class RampModules {
 public:
  static constexpr std::size_t kMost = 4096;

  /// Returns the module of `object`, which is loaded and stays so. Reads the module if it is not
  /// known, or has changed. Returns null if there are too many.
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
