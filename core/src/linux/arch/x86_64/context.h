// Registers of x86-64 as the kernel and libc hand them over.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_CONTEXT_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_CONTEXT_H_

#include <sys/user.h>
#include <ucontext.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "linux/arch/frame_place.h"
#include "linux/arch/interruption.h"
#include "linux/arch/registers.h"
#include "linux/arch/uninstrumented.h"

namespace taskleak::platform {

/// Writes the registers by DWARF number. Async-signal-safe.
TASKLEAK_UNINSTRUMENTED inline void CopyRegisters(const ucontext_t& context,
                                                  std::uint64_t* registers) {
  // DWARF numbers of the registers, in the order of gregs up to REG_RIP (sys/ucontext.h).
  static constexpr unsigned char kNumbers[] = {kR8,  kR9,  kR10, kR11, kR12, kR13, kR14, kR15, kRdi,
                                               kRsi, kRbp, kRbx, kRdx, kRax, kRcx, kRsp, kRip};
  static_assert(REG_R8 == 0 && REG_RDI == 8 && REG_RSP == 15 && REG_RIP == 16);
  for (int i = 0; i <= REG_RIP; ++i)
    registers[kNumbers[i]] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[i]);
}

/// Returns all of the registers that ptrace(2) gives.
inline Registers ToRegisters(const user_regs_struct& values) {
  Registers registers;
  for (const auto& [number, value] : {std::pair{kRax, values.rax},
                                      {kRdx, values.rdx},
                                      {kRcx, values.rcx},
                                      {kRbx, values.rbx},
                                      {kRsi, values.rsi},
                                      {kRdi, values.rdi},
                                      {kRbp, values.rbp},
                                      {kRsp, values.rsp},
                                      {kR8, values.r8},
                                      {kR9, values.r9},
                                      {kR10, values.r10},
                                      {kR11, values.r11},
                                      {kR12, values.r12},
                                      {kR13, values.r13},
                                      {kR14, values.r14},
                                      {kR15, values.r15},
                                      {kRip, values.rip}})
    registers.Set(number, value);
  return registers;
}

/// Returns true for the result of a call that waited until a signal came. The kernel's own errors
/// reach no program, but registers that are saved before the signal is handled have them
/// (include/linux/errno.h: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK).
inline bool IsInterruption(long result) {
  constexpr long kRestartSystemCall = 512;
  constexpr long kRestartAlways = 513;
  constexpr long kRestartIfNoHandler = 514;
  constexpr long kRestartByBlock = 516;
  return result == -EINTR || result == -kRestartSystemCall || result == -kRestartAlways ||
         result == -kRestartIfNoHandler || result == -kRestartByBlock;
}

/// Returns the place of a thread that had these registers when it was stopped: running, if it was
/// in no system call. The kernel keeps the number in orig_rax, and until the signal is handled, the
/// result says that the call was interrupted (arch/x86/kernel/signal.c, handle_signal): no code
/// needs to be read.
template <typename Read>
BlockedAt WhereStopped(const user_regs_struct& values, const Read& /*read*/) {
  const auto number = static_cast<long>(values.orig_rax);
  if (number < 0 || !IsInterruption(static_cast<long>(values.rax))) return {.running = true};
  return InCall(number, ToRegisters(values));
}

TASKLEAK_UNINSTRUMENTED inline std::uintptr_t StackPointerOf(const user_regs_struct& values) {
  return values.rsp;
}

/// Returns the frame of the calling function's caller: its return address and rbp are where the
/// calling function's rbp leads (System V ABI, section 3.2.2).
[[gnu::always_inline]] inline FramePlace PlaceToWalkFrom() {
  const auto* const frame = static_cast<const std::uintptr_t*>(__builtin_frame_address(0));
  return {frame[1], frame[0], reinterpret_cast<std::uintptr_t>(frame + 2)};
}
/// The number of frames from there on that are the calling function's own.
inline constexpr std::size_t kOwnFrames = 0;

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_CONTEXT_H_
