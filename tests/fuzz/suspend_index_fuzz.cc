// Any bytes as the code of a coroutine, for each processor: what is found lies in the code, and
// behind the two functions that a frame begins with.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "linux/arch/aarch64/suspend_index.h"
#include "linux/arch/suspend_index.h"
#include "linux/arch/x86_64/suspend_index.h"

namespace {

using Code = std::span<const std::uint8_t>;
using taskleak::platform::ByteUses;

constexpr std::size_t kFunctions = 16;

struct Decoder {
  std::optional<std::size_t> (*find_gcc_index)(Code);
  ByteUses (*find_byte_uses)(Code);
  std::optional<std::size_t> (*find_index_store)(Code, std::size_t, std::size_t, std::uint32_t);
};

void Check(const Decoder& decoder, Code code) {
  const auto index = decoder.find_gcc_index(code);
  if (index && *index < kFunctions) std::abort();
  const ByteUses uses = decoder.find_byte_uses(code);
  if (!uses.read.empty() && *uses.read.begin() < kFunctions) std::abort();
  for (const auto& [offset, constants] : uses.stored) {
    for (const std::uint32_t constant : constants) {
      const auto store = decoder.find_index_store(code, offset, 1, constant);
      if (offset < kFunctions || !store || *store >= code.size()) std::abort();
    }
  }
  for (const std::uint32_t value : {0U, 2U}) {
    const auto store = decoder.find_index_store(code, index.value_or(0x24), 2, value);
    if (store && *store >= code.size()) std::abort();
  }
  const auto resumed = FindClangIndex(uses, decoder.find_byte_uses(code.first(code.size() / 2)));
  if (resumed && (!uses.read.contains(*resumed) || !uses.stored.contains(*resumed))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace aarch64 = taskleak::platform::aarch64;
  namespace x86_64 = taskleak::platform::x86_64;
  const Code code(data, size);
  Check({x86_64::FindGccIndex, x86_64::FindByteUses, x86_64::FindIndexStore}, code);
  Check({aarch64::FindGccIndex, aarch64::FindByteUses, aarch64::FindIndexStore}, code);
  return 0;
}
