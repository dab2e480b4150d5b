#include "registry/origin.h"

#include <atomic>
#include <map>
#include <vector>

#include "base/mutex.h"

namespace taskleak::registry {
namespace {

struct Names {
  Mutex mutex;
  std::map<std::string, Origin, std::less<>> numbers TASKLEAK_GUARDED_BY(mutex);
  std::vector<std::string> names TASKLEAK_GUARDED_BY(mutex){""};
};

Names& TheNames() {
  static Names* const names = new Names();
  return *names;
}

constinit std::atomic<Origin> g_current{0};

}  // namespace

void SetCurrentOrigin(std::string_view name) {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  auto found = names.numbers.find(name);
  if (found == names.numbers.end()) {
    found = names.numbers.emplace(name, static_cast<Origin>(names.names.size())).first;
    names.names.emplace_back(name);
  }
  g_current.store(found->second);
}

Origin CurrentOrigin() { return g_current.load(); }

std::string OriginName(Origin origin) {
  Names& names = TheNames();
  const MutexLock lock(names.mutex);
  return origin < names.names.size() ? names.names[origin] : std::string();
}

}  // namespace taskleak::registry
