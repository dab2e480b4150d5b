// The registers of x86-64 by their DWARF numbers, and their roles.
#ifndef TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_

#include <elf.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace taskleak::platform {

/// System V ABI for x86-64, figure 3.36: DWARF register number mapping.
enum Register : std::uint8_t {
  kRax = 0,
  kRdx = 1,
  kRcx = 2,
  kRbx = 3,
  kRsi = 4,
  kRdi = 5,
  kRbp = 6,
  kRsp = 7,
  kR8 = 8,
  kR9 = 9,
  kR10 = 10,
  kR11 = 11,
  kR12 = 12,
  kR13 = 13,
  kR14 = 14,
  kR15 = 15,
  kRip = 16,  ///< the column of the return address
  kRegisterCount = 17,
};

inline constexpr std::uint16_t kElfMachine = EM_X86_64;

inline constexpr Register kStackPointer = kRsp;
inline constexpr Register kFramePointer = kRbp;
inline constexpr Register kPc = kRip;
/// The column of call frame information that has the return address.
inline constexpr Register kReturnColumn = kRip;
inline constexpr unsigned kColumnCount = kRegisterCount;  ///< of call frame information

/// What a system call takes and returns (System V ABI, appendix A.2.1).
inline constexpr std::array<Register, 6> kCallArguments = {kRdi, kRsi, kRdx, kR10, kR8, kR9};
inline constexpr Register kCallNumber = kRax;
inline constexpr Register kCallResult = kRax;
inline constexpr std::array<unsigned char, 2> kCallInstruction = {0x0f, 0x05};  ///< syscall

/// What a switch of contexts saves besides the frame pointer.
inline constexpr std::array<Register, 5> kPreserved = {kRbx, kR12, kR13, kR14, kR15};

/// What follows a call of clone(2) in glibc, which starts a thread or a process there
/// (sysdeps/unix/sysv/linux/x86_64/clone.S, clone3.S): syscall; test %rax,%rax. No call frame
/// information covers that place, because what it says of the parent is wrong of the child. The
/// parent has pushed nothing there: its return address is on top of its stack.
inline constexpr std::array<unsigned char, 5> kCloneReturn = {0x0f, 0x05, 0x48, 0x85, 0xc0};

/// What a handler returns to has call frame information.
inline constexpr std::array<unsigned char, 0> kSignalReturn = {};
inline constexpr std::size_t kSignalRegisters = 0;

/// How far a thread's stack may reach beyond the address of its descriptor, which is at its end,
/// above thread-local variables (TLS variant 2).
inline constexpr std::uintptr_t kMostAboveHandle = 4096;
inline constexpr bool kThreadLocalsAreAbove = false;

/// The ABI lets a function keep values this far below rsp (section 3.2.2).
inline constexpr std::size_t kRedZone = 128;

/// How far above its frame address a function's caller has its stack pointer (section 3.2.2); 0
/// where that varies.
inline constexpr std::uintptr_t kCallersStack = 16;

/// Returns a return address without what the processor has put into it.
inline std::uintptr_t StripSignature(std::uintptr_t address) { return address; }

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_X86_64_REGISTERS_H_
