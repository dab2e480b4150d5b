#include "taskleak/internal/code_options.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "check/checker.h"
#include "rules/effective_options.h"
#include "rules/ignore_rule.h"
#include "run/output.h"

namespace taskleak::internal {
namespace {

bool IsSameRule(const IgnoreRule& a, const IgnoreRule& b) {
  if (&a.data() == &b.data()) return true;
  return a.data().pattern && b.data().pattern && a.ToString() == b.ToString();
}

}  // namespace

bool AreSame(const Options& a, const Options& b) {
  return rules::Settings(a) == rules::Settings(b) &&
         std::ranges::equal(a.ignore, b.ignore, IsSameRule);
}

std::string Describe(const Options& options) {
  std::vector<std::string> parts = rules::Settings(options);
  for (const IgnoreRule& rule : options.ignore) parts.push_back(rule.ToString());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return "{" + text + "}";
}

Options Combined(const Options& known, const Options& added) {
  const Options none;
  if (AreSame(added, none) || AreSame(added, known)) return known;
  if (AreSame(known, none)) return added;
  throw std::invalid_argument("code sets two different sets of options, " + Describe(known) +
                              " and " + Describe(added) +
                              ". Set one; TASKLEAK_OPTIONS can change it for a run");
}

void CheckOptions(const Options& options) {
  const check::Checker checker(options);
  report::ReportFile* const json = run::JsonReport(checker.options());
  if (json == nullptr) return;
  if (const std::string error = json->CheckWritable(); !error.empty())
    throw std::invalid_argument(error);
}

}  // namespace taskleak::internal
