#include "run/find_leaks.h"

#include <new>

#include "report/describe.h"
#include "taskleak/alive.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace run {
namespace {

// What `look` returns, or a report that says that there was no memory for it.
template <typename Look>
LeakReport UnlessNoMemory(Look look) {
  try {
    return look();
  } catch (const std::bad_alloc&) {
    LeakReport report;
    report.could_not_look = "out of memory";  // short enough for a string without memory of its own
    return report;
  }
}

}  // namespace

LeakReport FindLeaks(const check::Checker& checker, const Snapshot& before, std::string_view test) {
  return UnlessNoMemory([&] { return report::Describe(checker.FindLeaks(before, test)); });
}

LeakReport LookAtAll(const check::Checker& checker) {
  return UnlessNoMemory([&] { return report::Describe(checker.LookAtAll()); });
}

}  // namespace run

LeakReport FindLeaks(const Snapshot& before, const Options& options) {
  return run::UnlessNoMemory(
      [&] { return report::Describe(check::Checker(options).FindLeaks(before)); });
}

LeakReport FindAlive() {
  LeakReport report = run::LookAtAll(check::Checker::WithoutRules());
  report.everything = true;
  return report;
}

}  // namespace taskleak
