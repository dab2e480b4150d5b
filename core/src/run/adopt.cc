#include "run/adopt.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "alive/background.h"
#include "base/mutex.h"
#include "check/descriptor_check.h"
#include "taskleak/verify.h"

namespace taskleak {
namespace run {
namespace {

struct Allowed {
  Mutex mutex;
  std::map<std::string, check::AllowedLeaks> by_reason TASKLEAK_GUARDED_BY(mutex);
};

Allowed& TheAllowed() {
  static Allowed* const allowed = new Allowed();
  return *allowed;
}

void Remember(const std::string& reason, const alive::Adopted& adopted, std::size_t descriptors) {
  if (adopted.threads + adopted.tasks + adopted.processes + descriptors == 0) return;
  Allowed& allowed = TheAllowed();
  const MutexLock lock(allowed.mutex);
  check::AllowedLeaks& known = allowed.by_reason[reason];
  known.reason = reason;
  known.threads += adopted.threads;
  known.tasks += adopted.tasks;
  known.processes += adopted.processes;
  known.descriptors += descriptors;
}

}  // namespace

std::vector<check::AllowedLeaks> TakeAllowed() {
  Allowed& allowed = TheAllowed();
  const MutexLock lock(allowed.mutex);
  std::vector<check::AllowedLeaks> taken;
  for (auto& [reason, each] : std::exchange(allowed.by_reason, {}))
    taken.push_back(std::move(each));
  return taken;
}

}  // namespace run

void AdoptCurrent() {
  alive::AdoptAll();
  check::DescriptorCheck::AdoptOpen({});
}

struct AllowLeaks::Impl {
  std::string reason;
  Snapshot before = Snapshot::Take();
  alive::Descriptors open_before = check::DescriptorCheck::ListOpen();
};

AllowLeaks::AllowLeaks(std::string reason) : impl_(new Impl{.reason = std::move(reason)}) {}

AllowLeaks::~AllowLeaks() {
  const alive::Adopted adopted = alive::AdoptBornSince(impl_->before);
  const std::size_t descriptors = check::DescriptorCheck::AdoptOpen(impl_->open_before);
  run::Remember(impl_->reason, adopted, descriptors);
}

}  // namespace taskleak
