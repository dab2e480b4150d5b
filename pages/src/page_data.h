// The input of the scripts of all pages: groups and deadlocks as JSON, with each frame and stack
// once.
#ifndef TASKLEAK_PAGES_PAGE_DATA_H_
#define TASKLEAK_PAGES_PAGE_DATA_H_

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "taskleak/leak.h"

namespace taskleak::pages {

using Json = nlohmann::ordered_json;

/// Units of one group at one place.
using Units = std::span<const Unit>;

/// Collects the stacks of one page. A plain collection.
class PageData {
 public:
  /// Returns the number of a stack, which is its index in stacks(). An empty stack is 0.
  std::size_t Number(const Stack& stack);

  /// Returns a row: the units of a group at some or all of its places.
  Json Row(const LeakGroup& group, const std::vector<Units>& places);

  /// Returns one edge for each thread that waits for another, with the numbers of their stacks.
  Json DeadlockRow(const Deadlock& deadlock);

  /// Returns [[frame, ...], ...]: the indices of frames, innermost first.
  [[nodiscard]] const Json& stacks() const { return stacks_; }
  /// Returns [[function, file, line, module, offset, flags], ...]; flags: 1 runtime, 2 inlined, 4
  /// guessed.
  [[nodiscard]] const Json& frames() const { return frames_; }

  /// Returns the frames themselves, in the order of frames(). Valid as long as the given stacks.
  [[nodiscard]] const std::vector<const Frame*>& all() const { return all_; }

 private:
  std::size_t NumberOfFrame(const Frame& frame);

  Json stacks_ = Json::array({Json::array()});
  Json frames_ = Json::array();
  std::vector<const Frame*> all_;
  std::vector<Stack> kept_;                         // keeps the frames of by_address_ alive
  std::map<const Frame*, std::size_t> by_address_;  // equal stacks share their frames
  std::map<std::vector<std::size_t>, std::size_t> by_frames_;  // stacks
  std::map<std::string, std::size_t> by_text_;                 // frames
};

}  // namespace taskleak::pages

#endif  // TASKLEAK_PAGES_PAGE_DATA_H_
