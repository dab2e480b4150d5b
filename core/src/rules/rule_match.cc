#include "rules/rule_match.h"

#include <string>

#include "rules/ignore_rule.h"
#include "symbolize/function_name.h"
#include "symbolize/generated_name.h"
#include "symbolize/own_code.h"
#include "symbolize/runtime_code.h"

namespace taskleak::rules {
namespace {

using Kind = IgnoreRule::Kind;

bool AnyFunction(const symbolize::ResolvedStack& stack, const TextUser& use) {
  for (std::size_t i = 0; i < stack.stack.size(); ++i) {
    if (AnyName(stack.plain_names[i], stack.stack[i].function, use)) return true;
  }
  return false;
}

bool TopFunction(const symbolize::ResolvedStack& stack, const TextUser& use) {
  const auto top = symbolize::TopFrame(stack);
  return top && AnyName(stack.plain_names[*top], stack.stack[*top].function, use);
}

// Returns the module where the thread's own code starts: that of the outermost frame that belongs
// to neither the system nor the hooks. The C++ library's code in a module is the module's.
std::string_view OwnModule(const symbolize::ResolvedStack& stack) {
  for (std::size_t i = stack.stack.size(); i > 0; --i) {
    const std::string& module = stack.stack[i - 1].module;
    if (!module.empty() && !symbolize::IsSystemModule(module) &&
        !symbolize::IsThreadTrampoline(stack.plain_names[i - 1]))
      return module;
  }
  return {};
}

// Returns the module of the code that created a task.
std::string_view CreatorsModule(const Stack& created_by) {
  return created_by.empty() ? std::string_view() : created_by[0].module;
}

}  // namespace

// A pattern that spells out parameters or template arguments is meant for the full name.
bool FunctionMatches(const Pattern& pattern, std::string_view plain_name,
                     std::string_view full_name) {
  if (plain_name.empty() && full_name.empty()) return false;
  if (pattern.Matches(plain_name)) return true;
  return pattern.spells_parameters() && pattern.Matches(full_name);
}

bool AnyName(std::string_view plain_name, std::string_view full_name, const TextUser& use) {
  if (use(plain_name, full_name)) return true;
  return symbolize::MayBeGenerated(full_name) && use(symbolize::SpelledName(full_name), full_name);
}

bool AnyText(Kind kind, const UnitView& view, const TextUser& use) {
  const bool is_task = view.unit.kind == UnitKind::kTask;
  const bool is_process = view.unit.kind == UnitKind::kProcess;
  const bool is_descriptor = view.unit.kind == UnitKind::kDescriptor;
  switch (kind) {
    case Kind::kThreadName:
      return !is_task && !is_process && !is_descriptor && use(view.unit.name, {});
    case Kind::kTaskName:
      return is_task && use(view.unit.name, {});
    case Kind::kTopFunction:
      return TopFunction(view.stack, use);
    case Kind::kFunction:
      return AnyFunction(view.stack, use);
    case Kind::kCreatedBy:
      return AnyFunction(view.created_by, use);
    case Kind::kModule:
      return use(is_task ? CreatorsModule(view.created_by.stack) : OwnModule(view.stack), {});
    case Kind::kSignature:
      return use(view.signature, {}) ||
             (!view.former_signature.empty() && use(view.former_signature, {}));
    case Kind::kOrigin:
      return use(view.unit.origin, {});
    case Kind::kProcess:
      return is_process && ((!view.unit.command.empty() && use(view.unit.command, {})) ||
                            use(view.unit.name, {}));
    case Kind::kDescriptor:
      return is_descriptor && use(view.unit.name, {});
    case Kind::kPredicate:
    case Kind::kCurrent:
      return false;
  }
  return false;
}

bool RuleMatches(const IgnoreRule& rule, const UnitView& view) {
  const IgnoreRule::Data& data = rule.data();
  if (data.kind == Kind::kPredicate) return data.predicate(view.unit);
  const bool of_functions = data.kind == Kind::kTopFunction || data.kind == Kind::kFunction ||
                            data.kind == Kind::kCreatedBy;
  return AnyText(data.kind, view, [&](std::string_view text, std::string_view full_name) {
    return of_functions ? FunctionMatches(*data.pattern, text, full_name)
                        : data.pattern->Matches(text);
  });
}

}  // namespace taskleak::rules
