#include "linux/arch/x86_64/linkage_entry.h"

#include <algorithm>

#include "linux/arch/x86_64/branch.h"

namespace taskleak::platform::x86_64 {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kPushNumber = 5;  // push $n: 68, 4 bytes
constexpr std::size_t kPushSlot = 6;    // push *slot(%rip): FF 35, 4 bytes

static_assert(kLinkageReach >= kPushSlot + kLongestJump);

bool PushesNumber(std::span<const unsigned char> code) { return code[0] == 0x68; }

bool PushesSlot(std::span<const unsigned char> code) { return code[0] == 0xff && code[1] == 0x35; }

bool JumpsThroughSlot(std::span<const unsigned char> code) {
  return DecodeJump(code.first<kLongestJump>(), 0).kind == Branch::Kind::kSlot;
}

// To the table's first entry.
bool JumpsDirectly(std::span<const unsigned char> code) {
  return DecodeJump(code.first<kLongestJump>(), 0).kind == Branch::Kind::kDirect;
}

}  // namespace

std::optional<std::size_t> PushedByLinkageEntry(
    std::span<const unsigned char, 2 * kLinkageReach> code) {
  const auto before = [code](std::size_t size) { return code.subspan(kLinkageReach - size); };
  auto here = before(0);
  if (std::ranges::equal(here.first(kEndbr64.size()), kEndbr64))
    here = here.subspan(kEndbr64.size());
  // The first entry: it pushes a word of its own after an entry has pushed its number.
  if (PushesSlot(here) && JumpsThroughSlot(here.subspan(kPushSlot))) return kWord;
  if (PushesSlot(before(kPushSlot)) && JumpsThroughSlot(here)) return 2 * kWord;
  if (JumpsThroughSlot(here)) return 0;
  if (PushesNumber(here) && JumpsDirectly(here.subspan(kPushNumber))) return 0;
  if (PushesNumber(before(kPushNumber)) && JumpsDirectly(here)) return kWord;
  return std::nullopt;
}

}  // namespace taskleak::platform::x86_64
