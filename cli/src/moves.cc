#include "moves.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace taskleak::cli {
namespace {

/// Covers the leaks of one run by the baseline.
class RunCover {
 public:
  RunCover(const LeakTable& leaks, const std::vector<CoverEntry>& entries, Cover& cover)
      : leaks_(leaks), entries_(entries), cover_(cover) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      by_signature_[entries[i].signature].push_back(i);
  }

  void Add(const LeakTable::Run& run, const OwnEntries& own) {
    used_.assign(entries_.size(), 0);
    std::vector<std::pair<const LeakKey*, std::size_t>> over;
    for (const auto& [key, count] : run) {
      Cover::OfLeak& leak = cover_.leaks[key];
      leak.most = std::max(leak.most, count);
      leak.own = 0;
      for (const std::size_t entry : own(key)) {
        const std::size_t allowed = entries_[entry].allowed;
        leak.own = std::max(leak.own, allowed);
        // One entry may stand for several tests, and allows as much in each.
        used_[entry] = std::max(used_[entry], std::min(count, allowed));
      }
      if (count > leak.own) over.emplace_back(&key, count - leak.own);
    }
    for (const auto& [key, count] : over) TakeFromOthers(*key, count, own(*key));
    for (std::size_t i = 0; i < used_.size(); ++i)
      cover_.used[i] = std::max(cover_.used[i], used_[i]);
  }

 private:
  void TakeFromOthers(const LeakKey& key, std::size_t count, const std::vector<std::size_t>& own) {
    Cover::OfLeak& leak = cover_.leaks[key];
    std::size_t moved = 0;
    for (const std::size_t i : EntriesOf(key)) {
      const bool is_own = std::ranges::find(own, i) != own.end();
      const std::size_t taken = is_own ? 0 : std::min(count - moved, Left(i));
      if (taken == 0) continue;
      used_[i] += taken;
      moved += taken;
      leak.from.insert(i);
    }
    leak.moved = std::max(leak.moved, moved);
    leak.rest = std::max(leak.rest, count - moved);
  }

  // Returns the entries with the leak's signature or its former one.
  [[nodiscard]] std::vector<std::size_t> EntriesOf(const LeakKey& key) const {
    std::vector<std::size_t> entries;
    for (const std::string& signature : {key.signature, leaks_.leaks().at(key).former_signature}) {
      const auto found = by_signature_.find(signature);
      if (found != by_signature_.end())
        entries.insert(entries.end(), found->second.begin(), found->second.end());
    }
    return entries;
  }

  // Returns what the entry still allows elsewhere. An entry for any number moves as a whole or not
  // at all.
  [[nodiscard]] std::size_t Left(std::size_t entry) const {
    const std::size_t allowed = entries_[entry].allowed;
    if (allowed == CoverEntry::kAnyNumber && used_[entry] > 0) return 0;
    return allowed - used_[entry];
  }

  const LeakTable& leaks_;
  const std::vector<CoverEntry>& entries_;
  Cover& cover_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_signature_;
  std::vector<std::size_t> used_;
};

}  // namespace

Cover CoverLeaks(const LeakTable& leaks, const std::vector<CoverEntry>& entries,
                 const OwnEntries& own) {
  Cover cover;
  cover.used.assign(entries.size(), 0);
  RunCover run_cover(leaks, entries, cover);
  for (const LeakTable::Run& run : leaks.runs()) run_cover.Add(run, own);
  return cover;
}

}  // namespace taskleak::cli
