// Any bytes as the code of a function: the facts about its frame are consistent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "linux/arch/x86_64/prologue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::platform::x86_64;  // NOLINT(google-build-using-namespace)
  using taskleak::platform::Prologue;
  const std::span code(data, size);
  const Prologue prologue = DecodePrologue(code);
  if (!prologue.sets_frame_pointer && prologue != Prologue()) std::abort();
  if (prologue.slack > 4096) std::abort();
  if (TakesStackAtRunTime(code.first(size / 2)) && !TakesStackAtRunTime(code)) std::abort();
  return 0;
}
