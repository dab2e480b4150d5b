#include "linux/arch/aarch64/linkage_entry.h"

#include "linux/arch/aarch64/branch.h"
#include "linux/arch/aarch64/instruction.h"

namespace taskleak::platform::aarch64 {
namespace {

static_assert(kLinkageReach == 2 * kInstruction + kLongestJump);

constexpr std::size_t kPair = 16;

// stp x16, x30, [sp, #-16]!: the table's first entry begins with it, or with a hint before it.
bool PushesReturnAddress(const unsigned char* code) { return InstructionAt(code) == 0xa9bf7bf0; }

// Through x16 or x17, which only such code may change between a call and the function.
bool IsFarJump(std::span<const unsigned char, kLongestJump> code) {
  const std::size_t skipped = IsHint(InstructionAt(code.data())) ? kInstruction : 0;
  return !IsJump(InstructionAt(code.data() + skipped)) &&
         DecodeJump(code, 0).kind != Branch::Kind::kNone;
}

}  // namespace

std::optional<std::size_t> PushedByLinkageEntry(
    std::span<const unsigned char, 2 * kLinkageReach> code) {
  const auto is_jump = [code](std::size_t at) {
    return IsFarJump(code.subspan(at).first<kLongestJump>());
  };
  const std::size_t skipped = IsHint(InstructionAt(&code[kLinkageReach])) ? kInstruction : 0;
  const std::size_t push = kLinkageReach + skipped;
  if (PushesReturnAddress(&code[push]) && is_jump(push + kInstruction)) return 0;
  for (std::size_t at = kLinkageReach; at >= kInstruction; at -= kInstruction) {
    if (!is_jump(at)) continue;
    if (HasJumpThroughPointer(code.subspan(at, kLinkageReach - at))) return std::nullopt;
    return PushesReturnAddress(&code[at - kInstruction]) ? kPair : 0;
  }
  return std::nullopt;
}

}  // namespace taskleak::platform::aarch64
