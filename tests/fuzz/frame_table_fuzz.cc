// The first eight bytes are an address, and the others are an .eh_frame_hdr. The function that is
// found begins at or before the address, and its end is unknown or behind the address.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "linux/modules/function_range.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)
  constexpr std::uintptr_t kHere = 0x500000000;
  std::int64_t offset = 0;
  if (size < sizeof offset) return 0;
  std::memcpy(&offset, data, sizeof offset);
  const auto* const table = reinterpret_cast<const char*>(data) + sizeof offset;
  const FunctionRange found = SearchFrameTable(std::span(table, size - sizeof offset), kHere,
                                               kHere + static_cast<std::uintptr_t>(offset));
  if (found == FunctionRange()) return 0;
  const auto distance = [](std::uintptr_t address) {
    return static_cast<std::int64_t>(address - kHere);
  };
  if (distance(found.start) > offset) std::abort();
  if (found.end != found.start && distance(found.end) <= offset) std::abort();
  return 0;
}
