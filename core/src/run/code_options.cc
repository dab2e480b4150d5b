#include "taskleak/internal/code_options.h"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "check/checker.h"
#include "rules/effective_options.h"
#include "rules/ignore_rule.h"
#include "run/output.h"

namespace taskleak::internal {
namespace {

// Returns a text that only the same rule has.
std::string IdentityOf(const IgnoreRule& rule) {
  const IgnoreRule::Data& data = rule.data();
  return data.pattern ? rule.ToString() : std::to_string(reinterpret_cast<std::uintptr_t>(&data));
}

}  // namespace

std::string IdentityOf(const Options& options) {
  std::string text;
  for (const std::string& setting : rules::Settings(options)) text += setting + '\0';
  for (const IgnoreRule& rule : options.ignore) text += IdentityOf(rule) + '\0';
  return text;
}

bool AreSame(const Options& a, const Options& b) { return IdentityOf(a) == IdentityOf(b); }

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
