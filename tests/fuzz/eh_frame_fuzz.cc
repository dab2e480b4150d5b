// The first eight bytes are an address, as a distance from the memory that holds the other bytes
// but two; these are where .eh_frame_hdr is in there. A rule is found twice or not at all, and no
// byte is read outside.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "linux/unwind/eh_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)
  std::int64_t distance = 0;
  std::uint16_t index = 0;
  constexpr std::size_t kBefore = sizeof distance + sizeof index;
  if (size < kBefore) return 0;
  std::memcpy(&distance, data, sizeof distance);
  std::memcpy(&index, data + sizeof distance, sizeof index);
  const std::vector<std::uint8_t> memory(data + kBefore, data + size);
  const std::uintptr_t pc =
      reinterpret_cast<std::uintptr_t>(memory.data()) + static_cast<std::uintptr_t>(distance);
  const ShortRule rule = FindRule(memory, index, pc);
  if (FindRule(memory, index, pc).bits() != rule.bits()) std::abort();
  if (!rule.usable() && rule.bits() != 0) std::abort();
  return 0;
}
