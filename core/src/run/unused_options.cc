#include "run/unused_options.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "taskleak/internal/code_options.h"

namespace taskleak {
namespace run {
namespace {

// Calls `visit` with the name and the member of each option that only a whole run uses.
template <typename Visit>
void VisitRunOptions(const Visit& visit) {
  visit("check", &Options::check);
  visit("hang_timeout", &Options::hang_timeout);
  visit("descriptors", &Options::descriptors);
  visit("stale", &Options::stale);
  visit("task_stacks", &Options::task_stacks);
  visit("coroutines", &Options::coroutines);
  visit("lock_hooks", &Options::lock_hooks);
}

// Collects the names of options that code sets and the call does not use.
class Unused {
 public:
  explicit Unused(const Options& options) : options_(options) {}

  template <typename Value>
  void Add(std::string_view name, Value Options::*member) {
    const Value& value = options_.*member;
    AddIf(value != defaults_.*member && value != FromEnvironment().*member, name);
  }
  void AddIf(bool is_set, std::string_view name) {
    if (is_set) names_.append(names_.empty() ? "" : ", ").append(name);
  }
  // Throws if there are any. `where` names the call on which they have no effect; `instead` says
  // what to do.
  void Refuse(std::string_view where, std::string_view instead) const {
    if (names_.empty()) return;
    throw std::invalid_argument(std::string("these options have no effect on ")
                                    .append(where)
                                    .append(": ")
                                    .append(names_)
                                    .append("; ")
                                    .append(instead));
  }

 private:
  // Read only if it is needed.
  const Options& FromEnvironment() {
    if (!environment_) environment_ = Options::FromEnvironment();
    return *environment_;
  }

  const Options& options_;
  Options defaults_;
  std::optional<Options> environment_;
  std::string names_;
};

}  // namespace

void RefuseUnusedInLook(const Options& options) {
  Unused unused(options);
  unused.AddIf(options.on_leak == OnLeak::kWarn, "on_leak=warn");
  unused.Add("json", &Options::json);
  unused.Add("color", &Options::color);
  VisitRunOptions([&unused](std::string_view name, auto member) { unused.Add(name, member); });
  unused.Refuse("FindLeaks, which only returns a report",
                "it accepts drain, drain_max, stillness, suppressions, processes, hooks, verbose, "
                "report_known, ignore and on_leak=off");
}

void RefuseUnusedInScope(const Options& options) {
  Unused unused(options);
  VisitRunOptions([&unused](std::string_view name, auto member) { unused.Add(name, member); });
  unused.Refuse("the check of one scope", "give them to the whole run");
}

}  // namespace run

Options internal::OptionsOfScope(Options options) {
  const Options defaults;
  run::VisitRunOptions([&](std::string_view, auto member) { options.*member = defaults.*member; });
  return options;
}

}  // namespace taskleak
