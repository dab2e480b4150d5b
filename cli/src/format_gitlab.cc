// GitLab's code quality report (docs.gitlab.com, "Code Quality report format").
#include <fmt/format.h>

#include "distinct_leaks.h"
#include "format.h"
#include "group_summary.h"

namespace taskleak::cli {

std::string FormatGitlab(const RunReport& report, const FormatOptions& options) {
  Json issues = Json::array();
  for (const DistinctLeak& leak : FindDistinctLeaks(report)) {
    const LeakGroup& group = leak.first();
    const SourceLine place = BlamedLine(group, options.root);
    issues.push_back(
        {{"description", fmt::format("{} left by {}", Title(group), leak.TestsText())},
         {"check_name", fmt::format("taskleak-{}", ToString(group.first().kind))},
         {"fingerprint", "taskleak-" + group.signature},
         {"severity", group.deadlock || leak.hang ? "critical" : "major"},
         // Both are required. A leak of a library without debug information has neither.
         {"location",
          {{"path", place.file.empty() ? group.first().name : place.file},
           {"lines", {{"begin", place.line > 0 ? place.line : 1}}}}}});
  }
  return issues.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace taskleak::cli
