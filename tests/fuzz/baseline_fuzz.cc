// Any text as a baseline: it is read, or rejected with a reason. A baseline that was read is the
// same after it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using taskleak::cli::Baseline;
  try {
    const Baseline baseline(std::string_view(reinterpret_cast<const char*>(data), size), "file");
    const std::string written = baseline.ToText();
    if (Baseline(written, "again").ToText() != written) std::abort();
  } catch (const std::invalid_argument& error) {
    if (*error.what() == '\0') std::abort();
  }
  return 0;
}
