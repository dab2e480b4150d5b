#include "check/rule_match.h"

#include <string>

#include "check/ignore_rule.h"
#include "symbolize/function_name.h"

namespace taskleak::check {
namespace {

using Kind = IgnoreRule::Kind;

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

// Of the outermost frame that is not the system's: where the thread's own code starts.
std::string_view OwnModule(const Stack& stack) {
  for (std::size_t i = stack.size(); i > 0; --i) {
    const std::string& module = stack[i - 1].module;
    if (!module.empty() && !symbolize::IsSystemModule(module)) return module;
  }
  return {};
}

// Of the code that created a task.
std::string_view CreatorsModule(const Stack& created_by) {
  return created_by.empty() ? std::string_view() : created_by[0].module;
}

}  // namespace

// A pattern that spells out parameters or template arguments is meant for the full name.
bool FunctionMatches(const Pattern& pattern, std::string_view plain_name,
                     std::string_view full_name) {
  if (plain_name.empty() && full_name.empty()) return false;
  if (pattern.Matches(plain_name)) return true;
  return pattern.text().find_first_of("(<") != std::string::npos && pattern.Matches(full_name);
}

bool RuleMatches(const IgnoreRule& rule, const Finding& finding) {
  const IgnoreRule::Data& data = rule.data();
  const bool is_task = finding.unit.kind == UnitKind::kTask;
  switch (data.kind) {
    case Kind::kThreadName:
      return !is_task && data.pattern->Matches(finding.unit.name);
    case Kind::kTaskName:
      return is_task && data.pattern->Matches(finding.unit.name);
    case Kind::kTopFunction:
      return TopFunctionMatches(*data.pattern, *finding.stack);
    case Kind::kFunction:
      return AnyFunctionMatches(*data.pattern, *finding.stack);
    case Kind::kCreatedBy:
      return AnyFunctionMatches(*data.pattern, *finding.created_by);
    case Kind::kModule:
      return data.pattern->Matches(is_task ? CreatorsModule(finding.created_by->stack)
                                           : OwnModule(finding.stack->stack));
    case Kind::kSignature:
      return data.pattern->Matches(finding.signature);
    case Kind::kOrigin:
      return data.pattern->Matches(finding.unit.origin);
    case Kind::kPredicate:
      return data.predicate(finding.unit);
    case Kind::kCurrent:
      return false;
  }
  return false;
}

}  // namespace taskleak::check
