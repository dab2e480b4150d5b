#include "linux/arch/prologue.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "linux/arch/decode.h"
#include "linux/proc/memory.h"

namespace taskleak::platform {

Prologue ReadPrologue(std::uintptr_t function_start) {
  std::array<unsigned char, 256> code;
  const std::size_t size = ReadMemory(function_start, code.data(), code.size());
  return decoders::DecodePrologue(std::span(code).first(size));
}

bool TakesStackAtRunTime(std::uintptr_t function_start, std::uintptr_t pc) {
  constexpr std::uintptr_t kMost = std::uintptr_t{1} << 16;
  std::vector<unsigned char> code(std::min(pc - function_start, kMost));
  code.resize(ReadMemory(function_start, code.data(), code.size()));
  return decoders::TakesStackAtRunTime(code);
}

}  // namespace taskleak::platform
