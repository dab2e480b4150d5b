#include "alive/adopted.h"

#include <algorithm>
#include <iterator>

#include "base/mutex.h"

namespace taskleak::alive {
namespace {

struct Set {
  Mutex mutex;
  std::shared_ptr<const platform::ThreadIds> ids TASKLEAK_GUARDED_BY(mutex);
};

Set& TheSet() {
  static Set* const set = new Set();
  return *set;
}

}  // namespace

void Adopt(const platform::ThreadIds& ids) {
  platform::ThreadIds sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  const auto alive = platform::ListThreads();
  Set& set = TheSet();
  const MutexLock lock(set.mutex);
  platform::ThreadIds merged;
  if (set.ids != nullptr) {
    std::set_union(set.ids->begin(), set.ids->end(), sorted.begin(), sorted.end(),
                   std::back_inserter(merged));
  } else {
    merged = std::move(sorted);
  }
  auto kept = std::make_shared<platform::ThreadIds>();
  if (alive != nullptr) {  // the dead need no remembering, or the set would grow for ever
    std::set_intersection(merged.begin(), merged.end(), alive->begin(), alive->end(),
                          std::back_inserter(*kept));
  } else {
    *kept = std::move(merged);
  }
  set.ids = std::move(kept);
}

std::shared_ptr<const platform::ThreadIds> Adopted() {
  Set& set = TheSet();
  const MutexLock lock(set.mutex);
  return set.ids;
}

}  // namespace taskleak::alive
