// Any text as TASKLEAK_OPTIONS: it is applied, or it is rejected with a reason and changes nothing.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "taskleak/options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskleak::Options options;
  const auto drain = options.drain;
  try {
    options.Apply(std::string_view(reinterpret_cast<const char*>(data), size));
    if (options.drain.count() < 0 || options.hang_timeout.count() < 0) std::abort();
  } catch (const std::invalid_argument& error) {
    if (*error.what() == '\0' || options.drain != drain) std::abort();
  }
  return 0;
}
