#include "taskleak/internal/task_source.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/mutex.h"

namespace taskleak::internal {
namespace {

constinit std::atomic<int> g_count{0};

struct Sources {
  Mutex mutex;
  std::vector<const TaskSource*> all TASKLEAK_GUARDED_BY(mutex);
};

Sources& TheSources() {
  static auto* const sources = new Sources();
  return *sources;
}

}  // namespace

TaskSource::TaskSource(Update update, void* owner) : update_(update), owner_(owner) {
  Sources& sources = TheSources();
  const MutexLock lock(sources.mutex);
  sources.all.push_back(this);
  ++g_count;
}

TaskSource::~TaskSource() {
  Sources& sources = TheSources();
  const MutexLock lock(sources.mutex);
  sources.all.erase(std::remove(sources.all.begin(), sources.all.end(), this), sources.all.end());
  --g_count;
}

void AskTaskSources() {
  if (g_count.load(std::memory_order_acquire) == 0) return;
  Sources& sources = TheSources();
  const MutexLock lock(sources.mutex);
  for (const TaskSource* const source : sources.all) source->update_(source->owner_);
}

}  // namespace taskleak::internal
