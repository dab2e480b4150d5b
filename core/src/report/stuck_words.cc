#include "report/stuck_words.h"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "report/state_words.h"
#include "report/wording.h"
#include "taskleak/stuck.h"

namespace taskleak {

std::string_view ToString(StuckReason reason) {
  switch (reason) {
    case StuckReason::kDeadlock:
      return "deadlock";
    case StuckReason::kOwnerEnded:
      return "owner_ended";
    case StuckReason::kBehind:
      return "behind";
    case StuckReason::kLost:
      return "lost";
    case StuckReason::kAllAsleep:
      return "all_asleep";
  }
  return "deadlock";
}

std::string_view Explain(StuckReason reason) {
  switch (reason) {
    case StuckReason::kDeadlock:
      return "in a circle: each waits for the next, or for itself";
    case StuckReason::kOwnerEnded:
      return "waiting for a lock whose owner ended without unlocking it";
    case StuckReason::kBehind:
      return "waiting for a thread or task that cannot continue, or run by such a thread";
    case StuckReason::kLost:
      return report::Phrase(WaitState::kLost);
    case StuckReason::kAllAsleep:
      return "every thread of the process is asleep, and nothing outside can wake one";
  }
  return {};
}

namespace report {
namespace {

std::string ThreadText(const Unit* thread, std::size_t unknown) {
  if (thread == nullptr) return "another thread may continue by itself, and may wake them";
  const std::string text = UnitText("thread", thread->id, thread->name);
  const std::string can = thread->state == WaitState::kRunning
                              ? "is running"
                              : fmt::format("may continue by itself ({})", Phrase(thread->state));
  if (unknown == 1) return fmt::format("{} {}", text, can);
  return fmt::format("one of them, {}, {}, and may wake the others", text, can);
}

}  // namespace

std::string UnknownText(alive::Obstacle obstacle, const Unit* thread, std::size_t unknown) {
  switch (obstacle) {
    case alive::Obstacle::kNone:
      return "all of them wait for another thread, and the thread that looks may wake them";
    case alive::Obstacle::kThread:
      return ThreadText(thread, unknown);
    case alive::Obstacle::kSignals:
      return "the program handles signals, and a handler may wake them";
    case alive::Obstacle::kTracer:
      return "a debugger or another tracer may wake them";
    case alive::Obstacle::kChildren:
      return "a child process may share the memory of this one, and may wake them";
    case alive::Obstacle::kRing:
      return "the process may have an io_uring, which may wake them";
    case alive::Obstacle::kSharedMemory:
      return "a thread waits in memory that other processes may share, and they may wake it";
    case alive::Obstacle::kUnreadable:
      return "the files in /proc that show this cannot be read";
    case alive::Obstacle::kChange:
      return "threads were created or ended during the look";
  }
  return {};
}

}  // namespace report
}  // namespace taskleak
