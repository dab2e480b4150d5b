#include "check/ignore_set.h"

#include <algorithm>

#include "check/ignore_rule.h"
#include "check/known_threads.h"
#include "check/snapshot_data.h"
#include "check/suppression_file.h"
#include "symbolize/symbolizer.h"

namespace taskleak::check {
namespace {

using Kind = IgnoreRule::Kind;

bool Contains(const Options& options, std::string_view known) {
  const auto& names = options.report_known;
  return std::any_of(names.begin(), names.end(),
                     [known](const std::string& name) { return name == known || name == "all"; });
}

// A pattern that spells out parameters or template arguments is meant for the full name.
bool FunctionMatches(const Pattern& pattern, std::string_view plain_name,
                     std::string_view full_name) {
  if (plain_name.empty() && full_name.empty()) return false;
  if (pattern.Matches(plain_name)) return true;
  return pattern.text().find_first_of("(<") != std::string::npos && pattern.Matches(full_name);
}

bool AnyFunctionMatches(const Pattern& pattern, const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (FunctionMatches(pattern, stack.plain_names[i], stack.stack[i].function)) return true;
  }
  return false;
}

bool TopFunctionMatches(const Pattern& pattern, const ResolvedStack& stack) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (!stack.stack[i].runtime)
      return FunctionMatches(pattern, stack.plain_names[i], stack.stack[i].function);
  }
  return false;
}

// The module in which the thread's own code starts: of the outermost frame that is not the
// runtime's.
std::string_view OwnModule(const std::vector<platform::RawFrame>& frames) {
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(*frame);
    if (!quick.system_module && !quick.module.empty()) return quick.module;
  }
  return {};
}

bool RuleMatchesStack(const IgnoreRule::Data& rule, const std::vector<platform::RawFrame>& frames) {
  if (rule.kind == Kind::kModule) return rule.pattern->Matches(OwnModule(frames));
  return std::any_of(frames.begin(), frames.end(), [&rule](const platform::RawFrame& frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    return FunctionMatches(*rule.pattern, quick.plain_name, quick.function);
  });
}

}  // namespace

IgnoreSet::IgnoreSet(const Options& options) {
  for (const IgnoreRule& rule : options.ignore) Add(rule);
  for (const std::string& path : options.suppressions) {
    for (const SuppressionLine& line : ReadSuppressions(path)) Add(line.suppression.rule);
  }
  for (const KnownThreads& known : AllKnownThreads()) {
    if (Contains(options, known.name)) continue;
    for (const IgnoreRule& rule : known.rules)
      (rule.kind() == Kind::kThreadName ? name_rules_ : stack_rules_).push_back(rule);
  }
}

void IgnoreSet::Add(const IgnoreRule& rule) {
  switch (rule.kind()) {
    case Kind::kThreadName:
      return name_rules_.push_back(rule);
    case Kind::kCurrent:
      return current_rules_.push_back(rule);
    case Kind::kModule:
      return stack_rules_.push_back(rule);
    case Kind::kFunction:
      stack_rules_.push_back(rule);  // most functions are not inlined: found early
      [[fallthrough]];
    default:
      unit_rules_.push_back(rule);
  }
}

bool IgnoreSet::MatchesName(std::string_view thread_name) const {
  return std::any_of(name_rules_.begin(), name_rules_.end(), [thread_name](const IgnoreRule& rule) {
    return rule.data().pattern->Matches(thread_name);
  });
}

bool IgnoreSet::MatchesCurrent(const platform::ThreadId& id) const {
  return std::any_of(current_rules_.begin(), current_rules_.end(), [&id](const IgnoreRule& rule) {
    const auto& snapshot = rule.data().current.data();
    return snapshot != nullptr && snapshot->threads != nullptr &&
           std::binary_search(snapshot->threads->begin(), snapshot->threads->end(), id);
  });
}

bool IgnoreSet::MatchesStack(const std::vector<platform::RawFrame>& frames) const {
  return !frames.empty() &&
         std::any_of(stack_rules_.begin(), stack_rules_.end(), [&frames](const IgnoreRule& rule) {
           return RuleMatchesStack(rule.data(), frames);
         });
}

bool IgnoreSet::MatchesUnit(const Unit& unit, const ResolvedStack& stack,
                            const ResolvedStack& created_by, std::string_view signature) const {
  return std::any_of(unit_rules_.begin(), unit_rules_.end(), [&](const IgnoreRule& rule) {
    const IgnoreRule::Data& data = rule.data();
    switch (data.kind) {
      case Kind::kTopFunction:
        return TopFunctionMatches(*data.pattern, stack);
      case Kind::kFunction:
        return AnyFunctionMatches(*data.pattern, stack);
      case Kind::kCreatedBy:
        return AnyFunctionMatches(*data.pattern, created_by);
      case Kind::kSignature:
        return data.pattern->Matches(signature);
      default:
        return data.predicate(unit);
    }
  });
}

}  // namespace taskleak::check
