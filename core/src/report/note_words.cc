#include "report/note_words.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
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
    return "a thread was created when there was no memory to record it: what created it, and "
           "whether it was joined, is not known";
  return fmt::format(
      "{} threads were created when there was no memory to record them: what created them, and "
      "whether they were joined, is not known",
      births.count);
}

std::string Text(const check::CopiedStacks& copied) {
  return HiddenText(copied.error) + "; threads copied their own stacks, asked by SIGURG";
}

std::string Text(const check::AllowedLeaks& allowed) {
  std::string units;
  const auto add = [&units](std::size_t count, std::string_view noun) {
    if (count > 0) units += (units.empty() ? "" : " and ") + Count(count, noun);
  };
  add(allowed.threads, "thread");
  add(allowed.tasks, "task");
  add(allowed.processes, "process");
  return fmt::format("AllowLeaks adopted {}: {}", units, allowed.reason);
}

}  // namespace

std::string NoteText(const check::Note& note) {
  return std::visit([](const auto& each) { return Text(each); }, note);
}

std::string CannotListText(Error error) {
  return std::string("the threads of this process cannot be listed: ") +
         (error.number == EXDEV
              ? "/proc is that of another pid namespace"
              : fmt::format("/proc/self/task is not readable ({})", std::strerror(error.number)));
}

}  // namespace taskleak::report
