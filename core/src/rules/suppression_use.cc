#include "rules/suppression_use.h"

#include <map>
#include <memory>
#include <tuple>

#include "base/mutex.h"

namespace taskleak::rules {
namespace {

struct Uses {
  Mutex mutex;
  std::map<std::tuple<std::string, int, std::string>, std::unique_ptr<SuppressionUse>> uses
      TASKLEAK_GUARDED_BY(mutex);
};

Uses& TheUses() {
  static Uses* const uses = new Uses();
  return *uses;
}

}  // namespace

SuppressionUse* UseOf(const std::string& path, int line, const Suppression& suppression) {
  const std::string text = ToLine(suppression);
  Uses& all = TheUses();
  const MutexLock lock(all.mutex);
  auto& use = all.uses[{path, line, text}];
  if (use == nullptr) {
    use = std::make_unique<SuppressionUse>();
    use->path = path;
    use->line = line;
    use->text = text;
    use->expired = HasExpired(suppression, Today());
  }
  return use.get();
}

std::vector<SuppressionCount> CountSuppressionUse() {
  Uses& all = TheUses();
  const MutexLock lock(all.mutex);
  std::vector<SuppressionCount> counts;
  for (const auto& [key, use] : all.uses)
    counts.push_back({use->path, use->line, use->text, use->expired, use->used.load()});
  return counts;
}

}  // namespace taskleak::rules
