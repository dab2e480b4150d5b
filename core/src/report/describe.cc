#include "report/describe.h"

#include <utility>

namespace taskleak::report {

LeakReport Describe(check::Outcome outcome) {
  LeakReport report;
  report.test = std::move(outcome.test);
  report.waited = outcome.waited;
  report.groups = std::move(outcome.groups);
  report.deadlocks = std::move(outcome.deadlocks);
  report.notes = std::move(outcome.notes);
  report.could_not_look = std::move(outcome.failure);
  return report;
}

}  // namespace taskleak::report
