#include <taskleak/verify.h>

#include <iostream>
#include <thread>

int main() {
  const auto before = taskleak::Snapshot::Take();
  std::thread([] {}).join();
  const taskleak::LeakReport report = taskleak::FindLeaks(before);
  if (!report.empty()) std::cerr << report.ToText();
  return report.empty() ? 0 : 1;
}
