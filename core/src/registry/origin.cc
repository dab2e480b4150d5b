#include "registry/origin.h"

#include <atomic>
#include <map>
#include <vector>

#include "base/mutex.h"
#include "registry/task_epoch.h"

namespace taskleak::registry {
namespace {

// A name whose number nobody has asked for yet.
constexpr Origin kUnnumbered = ~Origin{0};

struct Names {
  Names() { current.reserve(256); }

  Mutex mutex;
  std::string current TASKLEAK_GUARDED_BY(mutex);
  std::map<std::string, Origin, std::less<>> numbers TASKLEAK_GUARDED_BY(mutex);
  std::vector<std::string> names TASKLEAK_GUARDED_BY(mutex){""};
};

Names& TheNames() {
  static Names* const names = new Names();
  return *names;
}

constinit std::atomic<Origin> g_current{0};

}  // namespace

// A test that creates nothing needs no number, and so no memory.
void SetCurrentOrigin(std::string_view name) {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  names.current = name;
  g_current.store(kUnnumbered);
  ChangeBirthConditions();
}

Origin CurrentOrigin() {
  if (const Origin current = g_current.load(); current != kUnnumbered) return current;
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  auto found = names.numbers.find(names.current);
  if (found == names.numbers.end()) {
    found = names.numbers.emplace(names.current, static_cast<Origin>(names.names.size())).first;
    names.names.push_back(names.current);
  }
  g_current.store(found->second);
  return found->second;
}

std::string OriginName(Origin origin) {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  return origin < names.names.size() ? names.names[origin] : std::string();
}

}  // namespace taskleak::registry
