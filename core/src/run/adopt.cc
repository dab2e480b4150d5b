#include "run/adopt.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "alive/background.h"
#include "base/mutex.h"
#include "check/descriptor_check.h"
#include "linux/proc/descriptor.h"
#include "run/guarded.h"
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
  check::AllowedLeaks& known =
      allowed.by_reason.try_emplace(reason, check::AllowedLeaks{reason}).first->second;
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
  // Also if no check asks for descriptors yet: one may begin before this ends.
  Result<alive::Descriptors> open_before = platform::ListDescriptors();
};

AllowLeaks::AllowLeaks(std::string reason) : impl_(new Impl{.reason = std::move(reason)}) {}

// Descriptors first: to look for threads and processes opens some. If there is no memory, the rest
// is not adopted.
AllowLeaks::~AllowLeaks() {
  const auto adopt = [this] {
    const auto& open_before = impl_->open_before;
    const std::size_t descriptors =
        open_before ? check::DescriptorCheck::AdoptOpen(*open_before) : 0;
    const alive::Adopted adopted = alive::AdoptBornSince(impl_->before);
    run::Remember(impl_->reason, adopted, descriptors);
  };
  run::UnlessNoMemory(adopt, [] {});
}

}  // namespace taskleak
