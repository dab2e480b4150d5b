#include "rules/ignore_set.h"

#include <algorithm>
#include <utility>

#include "registry/snapshot_data.h"
#include "rules/ignore_rule.h"
#include "rules/known_threads.h"
#include "rules/rule_match.h"
#include "rules/suppression_file.h"
#include "symbolize/runtime_code.h"
#include "symbolize/symbolizer.h"

namespace taskleak::rules {
namespace {

using Kind = IgnoreRule::Kind;

bool Contains(const Options& options, std::string_view known) {
  const auto& names = options.report_known;
  return std::any_of(names.begin(), names.end(),
                     [known](const std::string& name) { return name == known || name == "all"; });
}

// Does the same as the function of this name in rule_match.cc, before frames have lines.
std::string_view OwnModule(const std::vector<platform::RawFrame>& frames) {
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(*frame);
    if (!quick.system_module && !quick.module.empty() &&
        !symbolize::IsThreadTrampoline(quick.plain_name))
      return quick.module;
  }
  return {};
}

bool RuleMatchesStack(const IgnoreRule::Data& rule, const std::vector<platform::RawFrame>& frames) {
  if (rule.kind == Kind::kModule) return rule.pattern->Matches(OwnModule(frames));
  return std::any_of(frames.begin(), frames.end(), [&rule](const platform::RawFrame& frame) {
    const symbolize::QuickFrame& quick = symbolize::Quick(frame);
    return AnyName(quick.plain_name, quick.function,
                   [&](std::string_view plain, std::string_view full) {
                     return FunctionMatches(*rule.pattern, plain, full);
                   });
  });
}

}  // namespace

template <typename Matches>
bool IgnoreSet::AnyMatches(const std::vector<CountedRule>& rules, Matches matches) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&matches](const CountedRule& rule) {
    return matches(rule.rule);
  });
  if (found == rules.end()) return false;
  if (found->use != nullptr) ++found->use->used;
  return true;
}

IgnoreSet::IgnoreSet(const Options& options) {
  for (const IgnoreRule& rule : options.ignore) Add(rule, nullptr);
  for (const std::string& path : options.suppressions) {
    for (SuppressionLine& line : ReadSuppressions(path)) {
      SuppressionUse* const use = UseOf(path, line.line, line.suppression);
      if (line.suppression.max || line.suppression.test || use->expired)
        file_rules_.Add({std::move(line.suppression), use});
      else
        Add(line.suppression.rule, use);
    }
  }
  const std::vector<KnownThreads>& all_known = AllKnownThreads();
  known_.reserve(all_known.size());
  for (const KnownThreads& known : all_known) {
    if (!Contains(options, known.name)) known_.push_back(&known);
  }
}

void IgnoreSet::Add(const IgnoreRule& rule, SuppressionUse* use) {
  switch (rule.kind()) {
    case Kind::kThreadName:
      return name_rules_.push_back({rule, use});
    case Kind::kTaskName:
      return task_name_rules_.push_back({rule, use});
    case Kind::kProcess:
      return process_rules_.push_back({rule, use});
    case Kind::kDescriptor:
      return descriptor_rules_.push_back({rule, use});
    case Kind::kCurrent:
      return current_rules_.push_back({rule, use});
    case Kind::kModule:
      AddUnitRule(rule, use);  // for tasks: their module is that of their creator
      return stack_rules_.push_back({rule, use});
    case Kind::kFunction:
      stack_rules_.push_back({rule, use});  // most functions are not inlined: found early
      [[fallthrough]];
    default:
      AddUnitRule(rule, use);
  }
}

void IgnoreSet::AddUnitRule(const IgnoreRule& rule, SuppressionUse* use) {
  unit_rules_.Add(rule);
  unit_uses_.push_back(use);
}

bool IgnoreSet::MatchesName(std::string_view thread_name) const {
  return AnyMatches(name_rules_, [thread_name](const IgnoreRule& rule) {
    return rule.data().pattern->Matches(thread_name);
  });
}

bool IgnoreSet::MatchesTaskName(std::string_view task_name) const {
  return AnyMatches(task_name_rules_, [task_name](const IgnoreRule& rule) {
    return rule.data().pattern->Matches(task_name);
  });
}

bool IgnoreSet::MatchesProcess(std::string_view command, std::string_view name) const {
  return AnyMatches(process_rules_,
                    [=](const IgnoreRule& rule) {
                      const Pattern& pattern = *rule.data().pattern;
                      return pattern.Matches(command) || pattern.Matches(name);
                    }) ||
         std::ranges::any_of(known_, [=](const KnownThreads* known) {
           return known->MatchesProcess(command, name);
         });
}

bool IgnoreSet::MatchesDescriptor(std::string_view target) const {
  return AnyMatches(descriptor_rules_, [target](const IgnoreRule& rule) {
    return rule.data().pattern->Matches(target);
  });
}

bool IgnoreSet::MatchesCurrentProcess(const platform::ThreadId& id) const {
  return AnyMatches(current_rules_, [&id](const IgnoreRule& rule) {
    const auto& snapshot = rule.data().current.data();
    return snapshot != nullptr && snapshot->children != nullptr &&
           std::ranges::binary_search(*snapshot->children, id);
  });
}

bool IgnoreSet::MatchesCurrent(registry::Epoch born) const {
  return AnyMatches(current_rules_, [born](const IgnoreRule& rule) {
    const auto& snapshot = rule.data().current.data();
    return snapshot != nullptr && born < snapshot->next_epoch;
  });
}

bool IgnoreSet::MatchesCurrent(const platform::ThreadId& id) const {
  return AnyMatches(current_rules_, [&id](const IgnoreRule& rule) {
    const auto& snapshot = rule.data().current.data();
    return snapshot != nullptr && snapshot->threads != nullptr &&
           std::binary_search(snapshot->threads->begin(), snapshot->threads->end(), id);
  });
}

bool IgnoreSet::MatchesThread(const Candidate& thread) const {
  if (thread.look.gone) return false;
  const auto& frames = thread.look.stack.frames;
  const auto matches = [&frames](const IgnoreRule& rule) {
    return RuleMatchesStack(rule.data(), frames);
  };
  return (!frames.empty() && AnyMatches(stack_rules_, matches)) ||
         std::ranges::any_of(
             known_, [&thread](const KnownThreads* known) { return known->Matches(thread); });
}

bool IgnoreSet::MatchesUnit(const UnitView& view) const {
  const auto rule = unit_rules_.FindFirst(view);
  if (!rule) return false;
  if (SuppressionUse* const use = unit_uses_[*rule]) ++use->used;
  return true;
}

}  // namespace taskleak::rules
