// Any bytes as an expression of call frame information, nine bytes for each operation. The stack
// has an end. The expression is computed or not, and twice with the same result.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "linux/unwind/dwarf_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform;  // NOLINT(google-build-using-namespace)
  constexpr std::size_t kOperation = 9;
  DwarfExpression expression;
  for (std::size_t at = 0; at + kOperation <= size; at += kOperation) {
    Dwarf_Op operation{.atom = data[at], .number = 0, .number2 = 0, .offset = at};
    std::memcpy(&operation.number, data + at + 1, sizeof operation.number);
    operation.number2 = operation.number >> 8;
    expression.push_back(operation);
  }
  constexpr std::uint64_t kStack = 0x7000;
  std::array<std::uint64_t, 64> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = kStack + i;
  StackImage image;
  image.Adopt(kStack, words.data(), sizeof words);
  Registers registers;
  registers.Set(kStackPointer, kStack);
  registers.Set(kPc, 0x401000);
  const auto result = Evaluate(expression, registers, kStack + 64, image);
  if (Evaluate(expression, registers, kStack + 64, image) != result) std::abort();
  return 0;
}
