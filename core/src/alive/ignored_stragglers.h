// Keeps what one check found to be ignored, so that its further looks leave it out.
#ifndef TASKLEAK_SRC_ALIVE_IGNORED_STRAGGLERS_H_
#define TASKLEAK_SRC_ALIVE_IGNORED_STRAGGLERS_H_

#include <functional>
#include <set>
#include <vector>

#include "alive/straggler.h"

namespace taskleak::alive {

/// Not thread-safe.
class IgnoredStragglers {
 public:
  /// Adds all of `stragglers` but those that are among `others`.
  void AddWithout(const Stragglers& stragglers, const Stragglers& others) {
    std::set<UnitKey> keys;
    for (const Straggler& straggler : stragglers) keys.insert(KeyOf(straggler));
    for (const Straggler& other : others) keys.erase(KeyOf(other));
    keys_.merge(keys);
  }

  /// Lets `drop` take away what is ignored, and adds that.
  void Drop(Stragglers& stragglers, const std::function<void(Stragglers&)>& drop) {
    const Stragglers all = stragglers;
    drop(stragglers);
    AddWithout(all, stragglers);
  }

  /// Takes away what was added.
  void LeaveOut(Stragglers& stragglers) const {
    if (keys_.empty()) return;
    std::erase_if(stragglers,
                  [this](const Straggler& straggler) { return keys_.contains(KeyOf(straggler)); });
  }

 private:
  std::set<UnitKey> keys_;
};

}  // namespace taskleak::alive

#endif  // TASKLEAK_SRC_ALIVE_IGNORED_STRAGGLERS_H_
