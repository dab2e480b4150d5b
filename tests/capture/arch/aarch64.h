// Code of aarch64 that no compiler makes.
#ifndef TASKLEAK_TESTS_CAPTURE_ARCH_AARCH64_H_
#define TASKLEAK_TESTS_CAPTURE_ARCH_AARCH64_H_

#include <array>
#include <cstddef>

namespace taskleak::capture {

/// A jump to the third argument, with call frame information; and a call of it, without. Global,
/// because the linker puts the section's address in the table of addresses for a local label.
#define TASKLEAK_JUMP_AND_CALL_UNKNOWN  \
  asm(".pushsection .text\n"            \
      ".balign 4\n"                     \
      ".globl TaskleakUnknownReturn\n"  \
      ".hidden TaskleakUnknownReturn\n" \
      "TaskleakJump:\n"                 \
      ".cfi_startproc\n"                \
      "br x2\n"                         \
      ".cfi_endproc\n"                  \
      "TaskleakCallUnknown:\n"          \
      "stp x29, x30, [sp, #-16]!\n"     \
      "mov x29, sp\n"                   \
      "blr x2\n"                        \
      "TaskleakUnknownReturn:\n"        \
      "ldp x29, x30, [sp], #16\n"       \
      "ret\n"                           \
      ".popsection\n")

/// Reads a byte from its argument. It has a frame, and calls no other function.
#define TASKLEAK_READ_IN_LEAF        \
  asm(".pushsection .text\n"         \
      ".balign 4\n"                  \
      "TaskleakReadInLeaf:\n"        \
      ".cfi_startproc\n"             \
      "sub sp, sp, #32\n"            \
      ".cfi_adjust_cfa_offset 32\n"  \
      "mov x8, #63\n" /* read */     \
      "mov x1, sp\n"                 \
      "mov x2, #1\n"                 \
      "svc #0\n"                     \
      "add sp, sp, #32\n"            \
      ".cfi_adjust_cfa_offset -32\n" \
      "ret\n"                        \
      ".cfi_endproc\n"               \
      ".popsection\n")

/// A jump to the address in TaskleakLinkageSlot, as entries of procedure linkage tables have it.
#define TASKLEAK_LINKAGE_JUMP                   \
  "adrp x16, TaskleakLinkageSlot\n"             \
  "ldr x17, [x16, :lo12:TaskleakLinkageSlot]\n" \
  "add x16, x16, :lo12:TaskleakLinkageSlot\n"   \
  "br x17\n"

/// stp x29,x30,[sp,#-16]!; mov x29,sp; blr x1; ldp x29,x30,[sp],#16; ret: calls its second argument
/// with its first.
inline constexpr std::array<unsigned char, 20> kGeneratedCode = {
    0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x20, 0x00,
    0x3f, 0xd6, 0xfd, 0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6};
inline constexpr std::size_t kGeneratedReturn = 12;  ///< what the call returns to

}  // namespace taskleak::capture

#endif  // TASKLEAK_TESTS_CAPTURE_ARCH_AARCH64_H_
