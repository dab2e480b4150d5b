#include <algorithm>
#include <iterator>
#include <utility>

#include "alive/adopted.h"
#include "linux/proc/thread_list.h"
#include "registry/snapshot_data.h"
#include "registry/task_registry.h"
#include "registry/thread_birth.h"
#include "taskleak/verify.h"

namespace taskleak {

void AdoptCurrent() {
  if (const auto alive = platform::ListThreads()) alive::Adopt(*alive);
  registry::AdoptBirths([](const registry::ThreadRecord&) { return true; });
  registry::AdoptTasks(0, [](const registry::TaskRecord&) { return true; });
}

AllowLeaks::AllowLeaks(std::string reason)
    : reason_(std::move(reason)), before_(Snapshot::Take()) {}

AllowLeaks::~AllowLeaks() {
  registry::AdoptTasks(before_.data()->next_epoch,
                       [](const registry::TaskRecord&) { return true; });
  const auto before = before_.data()->threads;
  const auto now = platform::ListThreads();
  if (before == nullptr || now == nullptr) return;
  platform::ThreadIds born;
  std::set_difference(now->begin(), now->end(), before->begin(), before->end(),
                      std::back_inserter(born));
  if (!born.empty()) alive::Adopt(born);
  const std::uint64_t first = before_.data()->next_birth;
  if (first == registry::NextSerial()) return;
  registry::AdoptBirths(
      [first](const registry::ThreadRecord& record) { return record.serial >= first; });
}

}  // namespace taskleak
