#include "distinct_leaks.h"

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "report/wording.h"

namespace taskleak::cli {

std::string DistinctLeak::TestsText() const {
  std::string first = tests.front().empty() ? "a test without a name" : tests.front();
  if (tests.size() == 1) return first;
  return fmt::format("{} and {}", first, report::Count(tests.size() - 1, "more test"));
}

std::vector<DistinctLeak> FindDistinctLeaks(const RunReport& report) {
  std::vector<DistinctLeak> leaks;
  std::unordered_map<std::string, std::size_t> known;
  std::set<std::pair<std::size_t, std::string_view>> seen;  // leaks and their tests
  for (const TestEntry& test : report.tests) {
    if (test.report.verdict == Verdict::kAlive) continue;
    for (std::size_t i = 0; i < test.report.groups.size(); ++i) {
      const auto [at, is_new] = known.try_emplace(test.report.groups[i].signature, leaks.size());
      if (is_new) leaks.push_back({&test.report, i, {}});
      DistinctLeak& leak = leaks[at->second];
      leak.hang = leak.hang || test.report.verdict == Verdict::kHang;
      if (seen.emplace(at->second, test.report.test).second) leak.tests.push_back(test.report.test);
    }
  }
  return leaks;
}

}  // namespace taskleak::cli
