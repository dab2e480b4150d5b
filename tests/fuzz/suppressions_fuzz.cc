// Any text as a suppression file: it is read, or rejected with a reason. A file that was read is
// the same after it is written and read again.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "rules/ignore_rule.h"
#include "rules/suppression_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskleak::rules;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const SuppressionLine& line : ParseSuppressions(text, "file")) {
      const std::string written = ToLine(line.suppression);
      if (ToLine(ParseSuppression(written)) != written) std::abort();
      if (const auto& pattern = line.suppression.rule.data().pattern)
        static_cast<void>(pattern->Matches("pool::WorkerPool::Run() [clone .cold]"));
      if (line.suppression.test)
        static_cast<void>(line.suppression.test->Matches("WorkerPool.Restarts/3"));
    }
  } catch (const std::invalid_argument& error) {
    if (*error.what() == '\0') std::abort();
  }
  return 0;
}
