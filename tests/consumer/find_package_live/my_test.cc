// Leaves a thread behind, which the difference of two captures shows.
#include <taskleak/live/diff.h>
#include <taskleak/verify.h>

#include <cstdio>
#include <thread>

#include "../tests/wait_for_hours.h"

int main() {
  const auto before = taskleak::Snapshot::Take();
  const auto first = taskleak::live::TakeCapture();
  std::thread(consumer::WaitForHours).detach();
  const auto diff = taskleak::live::Compare(first, taskleak::live::TakeCapture());
  std::fputs(diff.ToText().c_str(), stdout);
  const taskleak::LeakReport report = taskleak::FindLeaks(before);
  std::fputs(report.ToText().c_str(), stdout);
  return diff.changes.size() == 1 && !report.empty() ? 1 : 0;
}
