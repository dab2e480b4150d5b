// Code of x86-64 that no compiler makes.
#ifndef TASKLEAK_TESTS_CAPTURE_ARCH_X86_64_H_
#define TASKLEAK_TESTS_CAPTURE_ARCH_X86_64_H_

#include <array>
#include <cstddef>

namespace taskleak::capture {

/// A jump to the third argument, with call frame information; and a call of it, without.
#define TASKLEAK_JUMP_AND_CALL_UNKNOWN \
  asm(".pushsection .text\n"           \
      "TaskleakJump:\n"                \
      ".cfi_startproc\n"               \
      "jmp *%rdx\n"                    \
      ".cfi_endproc\n"                 \
      "TaskleakCallUnknown:\n"         \
      "sub $8, %rsp\n"                 \
      "call *%rdx\n"                   \
      "TaskleakUnknownReturn:\n"       \
      "add $8, %rsp\n"                 \
      "ret\n"                          \
      ".popsection\n")

/// Reads a byte from its argument. It has a frame, and calls no other function.
#define TASKLEAK_READ_IN_LEAF        \
  asm(".pushsection .text\n"         \
      "TaskleakReadInLeaf:\n"        \
      ".cfi_startproc\n"             \
      "sub $24, %rsp\n"              \
      ".cfi_adjust_cfa_offset 24\n"  \
      "mov $0, %eax\n" /* read */    \
      "mov %rsp, %rsi\n"             \
      "mov $1, %edx\n"               \
      "syscall\n"                    \
      "add $24, %rsp\n"              \
      ".cfi_adjust_cfa_offset -24\n" \
      "ret\n"                        \
      ".cfi_endproc\n"               \
      ".popsection\n")

/// A jump to the address in TaskleakLinkageSlot, as entries of procedure linkage tables have it.
#define TASKLEAK_LINKAGE_JUMP "jmp *TaskleakLinkageSlot(%rip)\n"

/// sub $8,%rsp; call *%rsi; add $8,%rsp; ret: calls its second argument with its first.
inline constexpr std::array<unsigned char, 11> kGeneratedCode = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd6,
                                                                 0x48, 0x83, 0xc4, 0x08, 0xc3};
inline constexpr std::size_t kGeneratedReturn = 6;  ///< what the call returns to

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_ARCH_X86_64_H_
