// Finds which of millions of names are already in a list.
#ifndef TASKLEAK_CLI_NAME_INDEX_H_
#define TASKLEAK_CLI_NAME_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace taskleak::cli {

/// Maps names to positions in a list without keeping the names: a table with open addressing, in
/// which nearly every look-up costs one access to memory. For at most 2^32 - 1 names.
class NameIndex {
 public:
  /// Returns the position of `name`. If the name is new, adds it at the position `next`. `name_at`
  /// returns the name at a position.
  template <typename NameAt>
  std::size_t FindOrAdd(std::string_view name, std::size_t next, NameAt name_at) {
    if (2 * (size_ + 1) > entries_.size()) Grow();
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(name));
    std::size_t at = hash & (entries_.size() - 1);
    for (; entries_[at].position != kNone; at = (at + 1) & (entries_.size() - 1)) {
      if (entries_[at].hash == hash && name_at(entries_[at].position) == name)
        return entries_[at].position;
    }
    entries_[at] = {hash, static_cast<std::uint32_t>(next)};
    ++size_;
    return next;
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t position = kNone;
  };

  void Grow() {
    std::vector<Entry> larger(entries_.empty() ? 1024 : 4 * entries_.size());
    for (const Entry& entry : entries_) {
      if (entry.position == kNone) continue;
      std::size_t at = entry.hash & (larger.size() - 1);
      while (larger[at].position != kNone) at = (at + 1) & (larger.size() - 1);
      larger[at] = entry;
    }
    entries_ = std::move(larger);
  }

  std::vector<Entry> entries_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace taskleak::cli

#endif  // TASKLEAK_CLI_NAME_INDEX_H_
