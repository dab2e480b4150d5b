#include "report/note_words.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <utility>
#include <variant>

#include "report/missing_words.h"
#include "report/wording.h"
#include "rules/suppression.h"

namespace taskleak::report {
namespace {

std::string Text(const rules::SuppressionRemark& remark) {
  const std::string why =
      remark.expired
          ? fmt::format("expired on {} and hides nothing", rules::ToString(*remark.expired))
          : fmt::format("there are {} and it allows {}", remark.units, remark.max);
  return fmt::format("{}:{}: {}: {}", remark.path, remark.line, why, remark.text);
}

std::string Text(const check::UnrecordedBirths& births) {
  if (births.count == 1)
    return "there was no memory to record the creation of a thread: its creator is not known, nor "
           "whether it was joined";
  return fmt::format(
      "there was no memory to record the creation of {} threads: their creators are not known, nor "
      "whether they were joined",
      births.count);
}

std::string Text(const check::CopiedStacks& copied) {
  return HiddenText(copied.error) + "; SIGURG made threads copy their own stacks";
}

std::string UnitsText(std::initializer_list<std::pair<std::size_t, std::string_view>> counts) {
  std::string units;
  for (const auto& [count, noun] : counts) {
    if (count > 0) units += (units.empty() ? "" : " and ") + Count(count, noun);
  }
  return units;
}

std::string Text(const check::AllowedLeaks& allowed) {
  return fmt::format("AllowLeaks adopted {}: {}",
                     UnitsText({{allowed.threads, "thread"},
                                {allowed.tasks, "task"},
                                {allowed.processes, "process"},
                                {allowed.descriptors, "descriptor"}}),
                     allowed.reason);
}

std::string Text(const alive::Heirs& heirs) {
  const bool one = heirs.threads + heirs.tasks == 1;
  return fmt::format("{} {} background, because background threads or tasks created {}",
                     UnitsText({{heirs.threads, "thread"}, {heirs.tasks, "task"}}),
                     one ? "is" : "are", one ? "it" : "them");
}

std::string Text(const check::ReplacedAllocator&) {
  return "coroutines are not followed, except registered ones: the program has an operator new or "
         "operator delete of its own";
}

std::string Text(const check::UnloggedFrames& frames) {
  return fmt::format(
      "{} not followed, for lack of memory",
      frames.count == 1 ? "a coroutine was" : fmt::format("{} coroutines were", frames.count));
}

std::string Text(const check::InvisibleCoroutines& invisible) {
  using Why = check::InvisibleCoroutines::Why;
  switch (invisible.why) {
    case Why::kNoSymbols:
      return fmt::format(
          "coroutines of {} are not visible: it has no symbols of local functions, since it was "
          "stripped or linked with --discard-all",
          invisible.module);
    case Why::kOtherFile:
      return fmt::format(
          "coroutines of {} are not visible: its file cannot be read, or is not the one that was "
          "loaded",
          invisible.module);
    case Why::kNoResources:
      break;
  }
  return fmt::format(
      "there was no memory or descriptor to read the symbols of {}, so some of its coroutines are "
      "not visible",
      invisible.module);
}

}  // namespace

std::string NoteText(const check::Note& note) {
  return std::visit([](const auto& each) { return Text(each); }, note);
}

std::string CannotListDescriptorsText(Error error) {
  return fmt::format("the descriptors of this process cannot be listed: {}",
                     std::strerror(error.number));
}

std::string CannotListText(Error error) {
  return std::string("the threads of this process cannot be listed: ") +
         (error.number == EXDEV
              ? "/proc is that of another pid namespace"
              : fmt::format("/proc/self/task is not readable ({})", std::strerror(error.number)));
}

}  // namespace taskleak::report
