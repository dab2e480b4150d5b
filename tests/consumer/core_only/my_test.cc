#include <taskleak/verify.h>

#include <chrono>
#include <iostream>
#include <thread>

namespace consumer {

void WaitForHours() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

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
