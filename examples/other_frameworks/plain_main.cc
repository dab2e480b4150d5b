// The core in a plain main().
#include "worker_pool.h"

void Work(bool leaky) {
  const auto pool = pool::WorkerPool::Start(2);
  if (!leaky) pool->Stop();
}

// [use]
#include <taskleak/verify.h>

#include <iostream>

int main(int argc, char** /*argv*/) {
  const auto before = taskleak::Snapshot::Take();
  Work(argc > 1);
  const taskleak::LeakReport report = taskleak::FindLeaks(before);
  if (report.empty()) return 0;
  std::cerr << report.ToText();
  return 1;
}
// [/use]
