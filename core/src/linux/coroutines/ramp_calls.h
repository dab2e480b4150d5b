// Finds the calls from which a new coroutine frame may come.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_

#include <cstdint>

#include "linux/coroutines/loaded_module.h"
#include "linux/coroutines/page_vector.h"

namespace taskleak::platform {

/// Holds what the symbols of a module show about its coroutines.
struct RampCalls {
  enum class Symbols : std::uint8_t {
    kRead,
    kNone,         ///< the file has no symbols of local functions: it was stripped
    kUnreadable,   ///< there is no such file, or it is not the one that was loaded
    kNoResources,  ///< there was no memory or no descriptor to read it
  };
  Symbols symbols = Symbols::kUnreadable;
  /// Return addresses of all calls in functions that create coroutines, ascending.
  PageVector<std::uintptr_t> calls;
  /// The resume and destroy functions of these coroutines, ascending.
  PageVector<std::uintptr_t> functions;
};

/// Finds the ramps of a module that was loaded from `path`: the functions whose code takes the
/// address of a coroutine's resume or destroy function, since a new frame begins with these
/// ("Coroutines in LLVM", "Switched-Resume Lowering"; gcc/cp/coroutines.cc). So coroutines that
/// were inlined into other functions count. Reads the file and the mapped code. If the file is not
/// that of the module, uses the file that the kernel shows as mapped: a path may be relative to a
/// directory that was left, or be that of the dynamic linker.
///
/// May run in any thread of the program: takes no lock and no memory of the allocator's, and makes
/// only plain system calls. Takes some milliseconds for 100,000 symbols.
RampCalls FindRampCalls(const LoadedModule& module, const char* path);

/// Returns whether the symbols of that file name functions of coroutines.
bool HasCoroutines(const char* path);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_
