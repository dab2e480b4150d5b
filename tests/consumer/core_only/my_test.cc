#include <taskleak/verify.h>

#include <iostream>
#include <thread>

#include "../tests/wait_for_hours.h"

namespace consumer {

void RunTheThing() { std::thread(WaitForHours).detach(); }

}  // namespace consumer

int main() {
  // [find_leaks]
  const auto before = taskleak::Snapshot::Take();
  consumer::RunTheThing();
  const taskleak::LeakReport report = taskleak::FindLeaks(before);
  if (!report.empty()) std::cerr << report.ToText();
  // [/find_leaks]
  return report.empty() ? 0 : 1;
}
