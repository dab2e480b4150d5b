// The registers of aarch64 by their DWARF numbers, and their roles.
#ifndef TASKLEAK_SRC_LINUX_ARCH_AARCH64_REGISTERS_H_
#define TASKLEAK_SRC_LINUX_ARCH_AARCH64_REGISTERS_H_

#include <elf.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace taskleak::platform {

/// DWARF for the Arm 64-bit Architecture (aadwarf64), table "DWARF register names": the registers
/// x0 to x30 have their own numbers.
enum Register : std::uint8_t {
  kX0 = 0,
  kX1,
  kX2,
  kX3,
  kX4,
  kX5,
  kX8 = 8,
  kX19 = 19,
  kX20,
  kX21,
  kX22,
  kX23,
  kX24,
  kX25,
  kX26,
  kX27,
  kX28,
  kX29,
  kX30,
  kSp = 31,
  kProgramCounter = 32,  ///< no call frame information has it: what a signal interrupted is there
  kRegisterCount = 33,
};

inline constexpr std::uint16_t kElfMachine = EM_AARCH64;

inline constexpr Register kStackPointer = kSp;
inline constexpr Register kFramePointer = kX29;
inline constexpr Register kPc = kProgramCounter;
/// The column of call frame information that has the return address: the link register.
inline constexpr Register kReturnColumn = kX30;
inline constexpr unsigned kColumnCount = kProgramCounter;  ///< of call frame information

/// What a system call takes and returns (arch/arm64/kernel/syscall.c).
inline constexpr std::array<Register, 6> kCallArguments = {kX0, kX1, kX2, kX3, kX4, kX5};
inline constexpr Register kCallNumber = kX8;
inline constexpr Register kCallResult = kX0;
inline constexpr std::array<unsigned char, 4> kCallInstruction = {0x01, 0, 0, 0xd4};  ///< svc #0

/// What a switch of contexts saves besides the frame pointer (AAPCS64, section 6.1.1).
inline constexpr std::array<Register, 10> kPreserved = {kX19, kX20, kX21, kX22, kX23,
                                                        kX24, kX25, kX26, kX27, kX28};

/// glibc's code around clone(2) has call frame information.
inline constexpr std::array<unsigned char, 0> kCloneReturn = {};

/// The code that a handler returns to: mov x8, #139 (rt_sigreturn); svc #0. The kernel's own has no
/// call frame information (arch/arm64/kernel/vdso/sigreturn.S), so debuggers recognize it by these
/// bytes.
inline constexpr std::array<unsigned char, 8> kSignalReturn = {0x68, 0x11, 0x80, 0xd2,
                                                               0x01, 0,    0,    0xd4};
/// The distance from the stack pointer at that code to x0 to x30, sp and pc: siginfo_t has 128
/// bytes, and in ucontext_t uc_mcontext is at 176 and its regs at 8 (arch/arm64/kernel/signal.c,
/// rt_sigframe).
inline constexpr std::size_t kSignalRegisters = 312;

/// How far a thread's stack may reach beyond the address of its descriptor: the thread-local
/// variables of what was loaded at the start are above it (TLS variant 1: nptl/allocatestack.c,
/// TLS_DTV_AT_TP), and this much, with room for those of libraries that are loaded later
/// (elf/dl-tls.c, "surplus").
inline constexpr std::uintptr_t kMostAboveHandle = std::uintptr_t{64} << 10;
inline constexpr bool kThreadLocalsAreAbove = true;

/// No value is kept below the stack pointer (AAPCS64, section 6.4.5.1).
inline constexpr std::size_t kRedZone = 0;

/// How far above its frame address a function's caller has its stack pointer; 0 where that varies:
/// the frame record is anywhere in a frame (AAPCS64, section 6.4.6).
inline constexpr std::uintptr_t kCallersStack = 0;

/// Returns a return address without the signature that pacisp has put into it (Arm ARM, XPACLRI:
/// does nothing on a processor without pointer authentication).
inline std::uintptr_t StripSignature(std::uintptr_t address) {
  register std::uintptr_t x30 asm("x30") = address;
  asm("hint #7" : "+r"(x30));
  return x30;
}

}  // namespace taskleak::platform

#endif  // TASKLEAK_SRC_LINUX_ARCH_AARCH64_REGISTERS_H_
