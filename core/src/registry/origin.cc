#include "registry/origin.h"

#include <atomic>
#include <map>
#include <new>
#include <vector>

#include "base/mutex.h"
#include "registry/task_epoch.h"

namespace taskleak::registry {
namespace {

struct Names {
  Names() { current.reserve(256); }

  Mutex mutex;
  std::string current TASKLEAK_GUARDED_BY(mutex);  // of number names.size() while that is current
  std::map<std::string, Origin, std::less<>> numbers TASKLEAK_GUARDED_BY(mutex);
  std::vector<std::string> names TASKLEAK_GUARDED_BY(mutex){""};
};

Names& TheNames() {
  static Names* const names = new Names();
  return *names;
}

constinit std::atomic<Origin> g_current{0};
constinit std::atomic<Origin> g_newest_used{0};  // the greatest number that was asked for

// A name that has been used keeps its number for good.
void KeepUsedName(Names& names) TASKLEAK_REQUIRES(names.mutex) {
  const auto number = static_cast<Origin>(names.names.size());
  if (g_newest_used.load() < number) return;
  names.names.push_back(names.current);
  names.numbers.emplace(names.current, number);
}

}  // namespace

// A test that creates nothing needs no memory: its number goes to the next one.
void SetCurrentOrigin(std::string_view name) try {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  KeepUsedName(names);
  const auto found = names.numbers.find(name);
  if (found == names.numbers.end()) names.current = name;
  g_current.store(found == names.numbers.end() ? static_cast<Origin>(names.names.size())
                                               : found->second);
  ChangeBirthConditions();
} catch (const std::bad_alloc&) {
  g_current.store(0);  // better than the scope before
  ChangeBirthConditions();
}

// Called by threads that create others, whatever locks they hold: so it takes none.
Origin CurrentOrigin() {
  const Origin current = g_current.load();
  RaiseTo(g_newest_used, current);
  return current;
}

std::string OriginName(Origin origin) {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  if (origin == names.names.size()) return names.current;
  return origin < names.names.size() ? names.names[origin] : std::string();
}

}  // namespace taskleak::registry
