// The calls from which a new coroutine frame may come.
#ifndef TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_
#define TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_

#include <cstdint>
#include <span>

namespace taskleak::platform {

/// What the symbols of a module say of its coroutines.
struct RampCalls {
  enum class Symbols : std::uint8_t {
    kRead,
    kNone,        ///< the file has no symbol table of its own: it was stripped
    kUnreadable,  ///< or there was no memory
  };
  Symbols symbols = Symbols::kUnreadable;
  /// Return addresses of all calls in functions that create coroutines, ascending. Valid for good.
  std::span<const std::uintptr_t> calls;
};

/// Finds the ramps of the module that was loaded from `path` with the load bias `bias`: the
/// functions whose code takes the address of a coroutine's resume or destroy function, since that
/// is what a new frame begins with ("Coroutines in LLVM", "Switched-Resume Lowering"; gcc/cp/
/// coroutines.cc). So coroutines count that were inlined into other functions. Reads the file and
/// the mapped code.
///
/// May run in any thread of the program: takes no lock and no memory of the allocator's, and makes
/// only plain system calls. Takes some milliseconds for 100,000 symbols.
RampCalls FindRampCalls(const char* path, std::uintptr_t bias);

/// Returns whether the symbols of that file name functions of coroutines.
bool HasCoroutines(const char* path);

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_COROUTINES_RAMP_CALLS_H_
