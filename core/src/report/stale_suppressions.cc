#include "report/stale_suppressions.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/wording.h"

namespace taskleak::report {

std::string StaleSuppressions(const std::vector<rules::SuppressionCount>& counts) {
  std::string lines;
  std::size_t stale = 0;
  for (const rules::SuppressionCount& count : counts) {
    if (!count.expired && count.used > 0) continue;
    ++stale;
    lines += fmt::format("  {}:{}: {} ({})\n", count.path, count.line, count.text,
                         count.expired ? "expired" : "matched nothing");
  }
  if (stale == 0) return {};
  return Printable(
      fmt::format("{} of {} stale:\n{}", stale, Count(counts.size(), "suppression"), lines));
}

}  // namespace taskleak::report
