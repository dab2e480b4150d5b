#include "rules/literal_finder.h"

namespace taskleak::rules {

void LiteralFinder::Add(std::string_view literal, std::size_t number) {
  const auto enter = [this](Node& node) {
    if (node == kNone) {
      node = static_cast<Node>(ends_.size());
      ends_.emplace_back();
    }
    return node;
  };
  Node node = enter(first_[static_cast<unsigned char>(literal[0])]);
  for (const char c : literal.substr(1)) node = enter(next_[Key(node, c)]);
  ends_[node].push_back(number);
}

}  // namespace taskleak::rules
