// Finds system calls that a signal interrupted, by the registers that the thread has then.
#ifndef TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_
#define TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "linux/arch/registers.h"
#include "linux/proc/thread_info.h"

namespace taskleak::platform {

/// Returns the place of a thread in the system call `number`, whose arguments are still in the
/// registers.
inline BlockedAt InCall(long number, const Registers& registers) {
  BlockedAt at{.number = number, .sp = registers[kStackPointer], .pc = registers[kPc]};
  for (std::size_t i = 0; i < kCallArguments.size(); ++i)
    at.arguments[i] = registers[kCallArguments[i]];
  return at;
}

/// Returns the call that a signal interrupted, by the kernel's preparations to make it again
/// (arch/x86/kernel/signal.c, handle_signal; arch/arm64/kernel/signal.c, do_signal): the thread is
/// back at the instruction, and all registers are as they were there. Calls that are never made
/// again return EINTR instead. Their number is known only if the result is in another register than
/// the number; that register had the first argument. `read` does what platform::ReadMemory does.
template <typename Read>
BlockedAt WhereInterrupted(const Registers& registers, const Read& read) {
  const auto is_call = [&read](std::uintptr_t address) {
    auto code = kCallInstruction;
    return read(address, code.data(), code.size()) == code.size() && code == kCallInstruction;
  };
  BlockedAt at{.sp = registers[kStackPointer], .pc = registers[kPc]};
  if (is_call(at.pc)) {
    at = InCall(static_cast<long>(registers[kCallNumber]), registers);
    at.pc += kCallInstruction.size();
    return at;
  }
  constexpr auto kInterrupted = static_cast<std::uint64_t>(-EINTR);
  at.running = registers[kCallResult] != kInterrupted || !is_call(at.pc - kCallInstruction.size());
  if (at.running || kCallNumber == kCallResult) return at;
  return InCall(static_cast<long>(registers[kCallNumber]), registers);
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_INTERRUPTION_H_
