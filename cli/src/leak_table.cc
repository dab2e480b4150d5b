#include "leak_table.h"

#include <algorithm>
#include <utility>

#include "group_summary.h"
#include "test_entry.h"

namespace taskleak::cli {

void LeakTable::OnTest(Json test) {
  const std::string name = TextAt(test, "test");
  const std::string verdict = TextAt(test, "verdict");
  const bool hangs = verdict == "hang";
  const bool unseen = verdict == "could_not_look" || !TextAt(test, "could_not_look").empty() ||
                      (hangs && test["groups"].empty());
  if (unseen) ++could_not_look_;
  if (unseen || hangs) ++in_vain_[name];
  if (what_ == What::kLeaks && IsLook(test)) return;
  std::map<std::string, LeakEntry> found;
  for (const Json& json : test["groups"]) {
    const LeakGroup group = ReadGroup(json);
    LeakEntry& entry = found[group.signature];
    entry.count += group.units.size();
    entry.seen = std::max(entry.seen, NumberAt(json, "seen", 1));
    if (entry.title.empty()) {
      entry.title = Title(group);
      entry.function = FirstFunction(group);
      entry.place = PlaceText(group);
      entry.former_signature = group.former_signature;
    }
  }
  if (runs_.empty()) OnDocument();
  for (auto& [signature, entry] : found) {
    std::size_t& in_run = runs_.back()[{signature, name}];
    in_run = std::max(in_run, entry.count);
    LeakEntry& known = leaks_[{signature, name}];
    const std::size_t seen = known.seen + entry.seen;
    if (entry.count > known.count) known = std::move(entry);
    known.seen = seen;
  }
}

void LeakTable::TakeSignaturesOf(const LeakTable& newer) {
  for (const auto& [key, leak] : newer.leaks_) {
    if (leak.former_signature.empty() || leaks_.contains(key)) continue;
    auto former = leaks_.extract({leak.former_signature, key.test});
    if (former.empty()) continue;
    former.key() = key;
    leaks_.insert(std::move(former));
    for (Run& run : runs_) {
      auto counted = run.extract({leak.former_signature, key.test});
      if (counted.empty()) continue;
      counted.key() = key;
      run.insert(std::move(counted));
    }
  }
}

std::size_t LeakTable::TimesChecked(const std::string& test) const {
  const auto count = [&test](const auto& counts) {
    const auto found = counts.find(test);
    return found == counts.end() ? 0 : found->second;
  };
  const std::size_t times = count(checked_);
  return times - std::min(times, count(in_vain_));
}

}  // namespace taskleak::cli
