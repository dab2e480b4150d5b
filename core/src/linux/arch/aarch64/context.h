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

/// Writes them by DWARF number. Async-signal-safe.
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

/// Returns the number of the system call in which a thread with these registers waited when it was
/// stopped; -1 if it was in none. The result has taken the place of the first argument, which only
/// the kernel keeps (arch/arm64/kernel/signal.c, do_signal).
inline long InterruptedCall(const user_regs_struct& values) {
  return IsInterruption(static_cast<long>(values.regs[kCallResult]))
             ? static_cast<long>(values.regs[kCallNumber])
             : -1;
}

TASKLEAK_UNINSTRUMENTED inline std::uintptr_t StackPointerOf(const user_regs_struct& values) {
  return values.sp;
}

/// Returns the calling function's own frame, after its prologue: only call frame information says
/// where its caller's stack pointer is.
[[gnu::always_inline]] inline FramePlace PlaceToWalkFrom() {
  FramePlace place{};
  place.frame_pointer = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  asm volatile("adr %0, .\n\tmov %1, sp"
               : "=r"(place.pc), "=r"(place.stack_pointer)
               : "r"(place.frame_pointer));
  return place;
}
/// Of the frames from there on, how many are the calling function's own.
inline constexpr std::size_t kOwnFrames = 1;

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_CONTEXT_H_
