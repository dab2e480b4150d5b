#include "run/adopt.h"

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

void Remember(const std::string& reason, const alive::Adopted& adopted) {
  if (adopted.threads + adopted.tasks + adopted.processes == 0) return;
  Allowed& allowed = TheAllowed();
  const MutexLock lock(allowed.mutex);
  check::AllowedLeaks& known = allowed.by_reason[reason];
  known.reason = reason;
  known.threads += adopted.threads;
  known.tasks += adopted.tasks;
  known.processes += adopted.processes;
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
  check::DescriptorCheck::AdoptOpen();
}

AllowLeaks::AllowLeaks(std::string reason)
    : reason_(std::move(reason)), before_(Snapshot::Take()) {}

AllowLeaks::~AllowLeaks() {
  run::Remember(reason_, alive::AdoptBornSince(before_));
  check::DescriptorCheck::AdoptOpen();
}

}  // namespace taskleak
