#include "commands.h"

#include <algorithm>
#include <cstdio>

#include "report/wording.h"
#include "whole_file.h"

namespace taskleak::cli {

bool Complain(const std::vector<std::string>& complaints) {
  for (const std::string& complaint : complaints)
    std::fprintf(stderr, "taskleak: %s\n", report::Printable(complaint).c_str());
  return !complaints.empty();
}

ExitCode Complain(const std::string& error, ExitCode otherwise) {
  if (error.empty()) return otherwise;
  Complain({error});
  return kCouldNotLook;
}

ExitCode Write(const std::string& path, const std::string& text, ExitCode otherwise) {
  return Complain(WriteWhole(path, text), otherwise);
}

ExitCode VerdictOf(const RunReport& report, bool broken) {
  bool unseen = broken;
  for (const TestEntry& test : report.tests) {
    const LeakReport& found = test.report;
    const bool bad = found.verdict == Verdict::kAlive
                         ? !found.deadlocks.empty()
                         : !found.groups.empty() || found.verdict == Verdict::kHang;
    if (bad) return kLeaks;
    unseen = unseen || found.verdict == Verdict::kCouldNotLook;
  }
  return unseen ? kCouldNotLook : kClean;
}

}  // namespace taskleak::cli
