// The options that a program's code gives to a plugin. For taskleak's plugins.
#ifndef TASKLEAK_INTERNAL_CODE_OPTIONS_H_
#define TASKLEAK_INTERNAL_CODE_OPTIONS_H_

#include <string>
#include <string_view>

#include "taskleak/options.h"

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::internal {

/// Returns the set that is not the default, or the default if neither is. Throws
/// std::invalid_argument, naming both sets, if both were changed and they differ: neither must be
/// dropped silently.
[[nodiscard]] Options Combined(const Options& known, const Options& added);

/// Returns a text that only the same set has in this process. Rules that no text describes
/// (IgnoreCurrent, IgnoreIf) are the same only if one is a copy of the other.
[[nodiscard]] std::string IdentityOf(const Options& options);

/// Returns whether IdentityOf() is the same for both.
[[nodiscard]] bool AreSame(const Options& a, const Options& b);

/// Describes a set: "{drain=20ms, thread_name:log-*}".
[[nodiscard]] std::string Describe(const Options& options);

/// Returns the options of a whole run, with the defaults for those that a scope within the run does
/// not use (LeakScope::Check refuses them).
[[nodiscard]] Options OptionsOfScope(Options options);

/// Returns whether a plugin of this process has called ClaimOnce(key).
[[nodiscard]] bool IsClaimed(std::string_view key);

/// Throws std::invalid_argument if a run with these options, as TASKLEAK_OPTIONS changes them,
/// cannot begin: an option or a suppression file is bad, or the JSON report cannot be written.
void CheckOptions(const Options& options);

}  // namespace taskleak::internal
#pragma GCC visibility pop

#endif  // TASKLEAK_INTERNAL_CODE_OPTIONS_H_
