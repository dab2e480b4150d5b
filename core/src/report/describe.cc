#include "report/describe.h"

#include <string>
#include <utility>
#include <vector>

#include "report/hint_words.h"
#include "report/missing_words.h"
#include "report/note_words.h"
#include "report/wait_words.h"

namespace taskleak::report {
namespace {

std::vector<Unit> Describe(std::vector<explain::FoundUnit> found) {
  std::vector<Unit> units;
  units.reserve(found.size());
  for (explain::FoundUnit& each : found) {
    Unit& unit = units.emplace_back(std::move(each.unit));
    unit.detail = DetailText(each.detail);
    unit.stack_missing = MissingText(each.missing);
  }
  return units;
}

LeakGroup Describe(explain::FoundGroup found) {
  std::string hint = HintText(found);
  return {.units = Describe(std::move(found.units)),
          .signature = std::move(found.signature),
          .former_signature = std::move(found.former_signature),
          .part_of = std::move(found.part_of),
          .ignore = std::move(found.ignore),
          .deadlock = found.deadlock,
          .hint = std::move(hint)};
}

}  // namespace

LeakReport Describe(check::Outcome outcome) {
  LeakReport report;
  report.test = std::move(outcome.test);
  report.waited = outcome.waited;
  if (outcome.still) report.standstill = Standstill::kAllAsleep;
  for (explain::FoundGroup& group : outcome.groups)
    report.groups.push_back(Describe(std::move(group)));
  for (explain::FoundDeadlock& deadlock : outcome.deadlocks)
    report.deadlocks.push_back({deadlock.kind, Describe(std::move(deadlock.units))});
  for (const check::Note& note : outcome.notes) report.notes.push_back(NoteText(note));
  if (outcome.failure) report.could_not_look = CannotListText(*outcome.failure);
  report.verdict = outcome.failure         ? Verdict::kCouldNotLook
                   : report.groups.empty() ? Verdict::kClean
                                           : Verdict::kLeak;
  return report;
}

LeakReport CannotListDescriptors(Error error, std::string_view test) {
  LeakReport report;
  report.verdict = Verdict::kCouldNotLook;
  report.test = test;
  report.could_not_look = CannotListDescriptorsText(error);
  return report;
}

}  // namespace taskleak::report
