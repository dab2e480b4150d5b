// Registers of aarch64 as the kernel and libc hand them over.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_CONTEXT_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_CONTEXT_H_

#include <sys/user.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdint>

#include "linux/arch/frame_place.h"
#include "linux/arch/interruption.h"
#include "linux/arch/registers.h"
#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

/// Writes the registers by DWARF number. Async-signal-safe.
TASKLEAK_UNINSTRUMENTED inline void CopyRegisters(const ucontext_t& context,
                                                  std::uint64_t* registers) {
  for (unsigned number = kX0; number <= kX30; ++number)
    registers[number] = context.uc_mcontext.regs[number];
  registers[kSp] = context.uc_mcontext.sp;
  registers[kProgramCounter] = context.uc_mcontext.pc;
}

/// Returns all of the registers that ptrace(2) gives.
inline Registers ToRegisters(const user_regs_struct& values) {
  Registers registers;
  for (unsigned number = kX0; number <= kX30; ++number) registers.Set(number, values.regs[number]);
  registers.Set(kSp, values.sp);
  registers.Set(kProgramCounter, values.pc);
  return registers;
}

/// Returns the place of a thread that had these registers when it was stopped: running, if it was
/// in no system call. The kernel prepares a call to be made again before it stops a thread
/// (arch/arm64/kernel/signal.c, do_signal). `read` does what platform::ReadMemory does.
template <typename Read>
BlockedAt WhereStopped(const user_regs_struct& values, const Read& read) {
  return WhereInterrupted(ToRegisters(values), read);
}

TASKLEAK_UNINSTRUMENTED inline std::uintptr_t StackPointerOf(const user_regs_struct& values) {
  return values.sp;
}

/// Returns the calling function's own frame, after its prologue: only call frame information, which
/// is looked up by the byte before `pc`, says where its caller's stack pointer is.
[[gnu::always_inline]] inline FramePlace PlaceToWalkFrom() {
  FramePlace place{};
  place.frame_pointer = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  asm volatile("nop\n\tadr %0, .\n\tmov %1, sp"
               : "=r"(place.pc), "=r"(place.stack_pointer)
               : "r"(place.frame_pointer));
  return place;
}
/// The number of frames from there on that are the calling function's own.
inline constexpr std::size_t kOwnFrames = 1;

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_CONTEXT_H_
