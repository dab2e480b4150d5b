// Finds which of many short texts occur in a longer one.
#ifndef TASKLEAK_SRC_RULES_LITERAL_FINDER_H_
#define TASKLEAK_SRC_RULES_LITERAL_FINDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace taskleak::rules {

/// A tree of all literals. A search walks it from each place of a text, and nearly always leaves it
/// at once. Immutable once filled, and then thread-safe.
class LiteralFinder {
 public:
  /// Adds a literal, which must not be empty.
  void Add(std::string_view literal, std::size_t number);

  /// Calls `found` with the number of each literal in `text`, once for each occurrence.
  template <typename Found>
  void Find(std::string_view text, Found found) const {
    for (; !text.empty(); text.remove_prefix(1)) {
      Node node = first_[static_cast<unsigned char>(text[0])];
      for (std::size_t i = 1; node != kNone; ++i) {
        for (const std::size_t number : ends_[node]) found(number);
        node = i < text.size() ? Next(node, text[i]) : kNone;
      }
    }
  }

 private:
  using Node = std::uint32_t;
  static constexpr Node kNone = 0;

  static std::uint64_t Key(Node node, char c) {
    return std::uint64_t{node} << 8 | static_cast<unsigned char>(c);
  }
  [[nodiscard]] Node Next(Node node, char c) const {
    const auto found = next_.find(Key(node, c));
    return found == next_.end() ? kNone : found->second;
  }

  std::array<Node, 256> first_{};
  std::unordered_map<std::uint64_t, Node> next_;
  std::vector<std::vector<std::size_t>> ends_ = {{}};  // by node: the literals that end there
};

}  // namespace taskleak::rules

#endif  // TASKLEAK_SRC_RULES_LITERAL_FINDER_H_
