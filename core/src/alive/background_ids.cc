#include "alive/background_ids.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace taskleak::alive {

using platform::ThreadIds;

std::shared_ptr<const ThreadIds> BackgroundIds::Load() const {
  const MutexLock lock(mutex_);
  return ids_;
}

std::size_t BackgroundIds::Update(const ThreadIds& ids, const ThreadIds* known,
                                  const ThreadIds* living) {
  ThreadIds ended;
  if (known != nullptr && living != nullptr)
    std::ranges::set_difference(*known, *living, std::back_inserter(ended));
  const MutexLock lock(mutex_);
  const ThreadIds before = ids_ == nullptr ? ThreadIds() : *ids_;
  ThreadIds all;
  std::ranges::set_union(before, ids, std::back_inserter(all));
  auto kept = std::make_shared<ThreadIds>();
  std::ranges::set_difference(all, ended, std::back_inserter(*kept));
  ids_ = std::move(kept);
  return all.size() - before.size();
}

}  // namespace taskleak::alive
