// Any text as /proc/PID/maps: the lines make up the whole text, and the fields of each line are
// consistent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "taskleak/internal/mappings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::internal;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string lines;
  for (const Mapping& mapping : ParseMaps(text)) {
    lines += mapping.line;
    if (mapping.line.find(mapping.path) == std::string_view::npos) std::abort();
    if (mapping.path.find('\n') != std::string_view::npos) std::abort();
    if (mapping.executable != IsExecutable(mapping.line)) std::abort();
    if (mapping.shared != IsShared(mapping.line)) std::abort();
  }
  if (lines != text) std::abort();
  return 0;
}
