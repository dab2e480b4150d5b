#include "linux/arch/x86_64/linkage_entry.h"

#include <algorithm>
#include <array>

namespace taskleak::platform::x86_64 {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kPushNumber = 5;  // push $n: 68, 4 bytes
constexpr std::size_t kPushSlot = 6;    // push *slot(%rip): FF 35, 4 bytes

bool BeginsWithEndbr64(std::span<const unsigned char> code) {
  constexpr std::array<unsigned char, 4> kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
  return std::ranges::equal(code.first(kEndbr64.size()), kEndbr64);
}

std::span<const unsigned char> WithoutBnd(std::span<const unsigned char> code) {
  return code.subspan(code[0] == 0xf2 ? 1 : 0);
}

bool PushesNumber(std::span<const unsigned char> code) { return code[0] == 0x68; }

bool PushesSlot(std::span<const unsigned char> code) { return code[0] == 0xff && code[1] == 0x35; }

bool JumpsThroughSlot(std::span<const unsigned char> code) {
  const auto jump = WithoutBnd(code);
  return jump[0] == 0xff && jump[1] == 0x25;
}

// To the table's first entry.
bool JumpsDirectly(std::span<const unsigned char> code) { return WithoutBnd(code)[0] == 0xe9; }

}  // namespace

std::optional<std::size_t> PushedByLinkageEntry(
    std::span<const unsigned char, 2 * kLinkageReach> code) {
  const auto before = [code](std::size_t size) { return code.subspan(kLinkageReach - size); };
  auto here = before(0);
  if (BeginsWithEndbr64(here)) here = here.subspan(4);
  // The first entry: it pushes a word of its own after an entry has pushed its number.
  if (PushesSlot(here) && JumpsThroughSlot(here.subspan(kPushSlot))) return kWord;
  if (PushesSlot(before(kPushSlot)) && JumpsThroughSlot(here)) return 2 * kWord;
  if (JumpsThroughSlot(here)) return 0;
  if (PushesNumber(here) && JumpsDirectly(here.subspan(kPushNumber))) return 0;
  if (PushesNumber(before(kPushNumber)) && JumpsDirectly(here)) return kWord;
  return std::nullopt;
}

}  // namespace taskleak::platform::x86_64
