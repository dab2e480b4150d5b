// A static executable. It prints the code that created its thread, and ends with 0 if nothing is
// missing.
#include <iostream>
#include <latch>
#include <thread>

#include "taskleak/verify.h"

int main() {
  std::latch latch(1);
  const auto before = taskleak::Snapshot::Take();
  std::thread thread([&latch] { latch.wait(); });
  taskleak::Options options;
  options.drain = std::chrono::milliseconds(50);  // until it waits
  const taskleak::LeakReport report = taskleak::FindLeaks(before, options);
  latch.count_down();
  thread.join();
  std::cout << report.ToText();
  if (report.unit_count() != 1) return 1;
  const taskleak::Unit& unit = report.groups[0].first();
  return !unit.created_by.empty() && unit.stack_missing.empty() ? 0 : 1;
}
