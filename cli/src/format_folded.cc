// Collapsed stacks for flame graph tools, one per line with its count.
#include <fmt/format.h>

#include <map>

#include "folded_stack.h"
#include "format.h"
#include "report/wording.h"

namespace taskleak::cli {

std::string FormatFolded(const RunReport& report, const FormatOptions&) {
  std::map<std::string, std::size_t> counts;
  for (const TestEntry& test : report.tests) {
    for (const LeakGroup& group : test.report.groups) {
      for (const Unit& unit : group.units) {
        std::string line;
        for (std::string frame : OutermostFirst(unit)) {
          for (char& c : frame) c = c == ';' ? ':' : c == '\n' ? ' ' : c;
          line += (line.empty() ? "" : ";") + frame;
        }
        ++counts[line];
      }
    }
  }
  std::string text;
  for (const auto& [stack, count] : counts)
    text += fmt::format("{} {}\n", report::Printable(stack), count);
  return text;
}

}  // namespace taskleak::cli
