// The sections of one pass through a test case.
#ifndef TASKLEAK_CATCH2_PLUGIN_SRC_SECTION_PATH_H_
#define TASKLEAK_CATCH2_PLUGIN_SRC_SECTION_PATH_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace taskleak::catch2::internal {

/// The sections that a pass has entered, outermost first, including those that it has left since.
/// Keeps its memory from pass to pass.
class SectionPath {
 public:
  void Clear() { size_ = 0; }

  /// Enters a section at `depth` (0: directly in the test case). Removes the indentation of the
  /// names of GIVEN, WHEN and THEN, which Catch2 adds for output on several lines.
  void Enter(std::size_t depth, std::string_view name) {
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    if (depth >= names_.size()) names_.resize(depth + 1);
    names_[depth] = name;
    size_ = depth + 1;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// Appends " / outer / inner" to `text`.
  void AppendTo(std::string& text) const {
    for (std::size_t i = 0; i < size_; ++i) text.append(" / ").append(names_[i]);
  }

 private:
  std::vector<std::string> names_;
  std::size_t size_ = 0;
};

}  // namespace taskleak::catch2::internal

#endif  // TASKLEAK_CATCH2_PLUGIN_SRC_SECTION_PATH_H_
