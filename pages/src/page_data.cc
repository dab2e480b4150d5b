#include "page_data.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "taskleak/internal/report_json.h"

namespace taskleak::pages {
std::size_t PageData::NumberOfFrame(const Frame& frame) {
  const int flags = (frame.runtime ? 1 : 0) | (frame.inlined ? 2 : 0) | (frame.guessed ? 4 : 0);
  Json json = {frame.function, frame.file, frame.line, frame.module, frame.module_offset, flags};
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto [known, is_new] = by_text_.try_emplace(std::move(text), all_.size());
  if (is_new) {
    all_.push_back(&frame);
    frames_.push_back(std::move(json));
  }
  return known->second;
}

std::size_t PageData::Number(const Stack& stack) {
  if (stack.empty()) return 0;
  const auto known = by_address_.find(stack.begin());
  if (known != by_address_.end()) return known->second;
  std::vector<std::size_t> numbers;
  for (const Frame& frame : stack) numbers.push_back(NumberOfFrame(frame));
  const auto [at, is_new] = by_frames_.try_emplace(std::move(numbers), stacks_.size());
  if (is_new) stacks_.push_back(at->first);
  kept_.push_back(stack);
  by_address_.emplace(stack.begin(), at->second);
  return at->second;
}

Json PageData::Row(const LeakGroup& group, const std::vector<Units>& places) {
  constexpr std::size_t kMostNames = 4;
  constexpr std::size_t kMostIds = 20;
  std::size_t count = 0;
  std::set<std::string_view> names;
  Json ids = Json::array();
  auto youngest = std::chrono::milliseconds::max();
  std::chrono::milliseconds oldest{0};
  Json list = Json::array();
  for (const Units units : places) {
    const Unit& first = units.front();
    for (const Unit& unit : units) {
      names.insert(unit.name);
      if (ids.size() < kMostIds) ids.push_back(unit.id);
      youngest = std::min(youngest, unit.age);
      oldest = std::max(oldest, unit.age);
    }
    count += units.size();
    list.push_back({{"count", units.size()},
                    {"state", ToString(first.state)},
                    {"detail", first.detail},
                    {"held_by", internal::HolderJson<Json>(first.held_by)},
                    {"stack", Number(first.stack)},
                    {"missing", first.stack_missing}});
  }
  names.erase(std::string_view());
  const Unit& first = places.front().front();
  Json some = Json::array();
  for (const std::string_view name : names) {
    if (some.size() < kMostNames) some.push_back(name);
  }
  return {{"kind", ToString(first.kind)}, {"count", count},
          {"names", std::move(some)},     {"all_names", names.size()},
          {"ids", std::move(ids)},        {"youngest_ms", youngest.count()},
          {"oldest_ms", oldest.count()},  {"origin", first.origin},
          {"deadlock", group.deadlock},   {"signature", group.signature},
          {"part_of", group.part_of},     {"hint", group.hint},
          {"ignore", group.ignore},       {"created_by", Number(first.created_by)},
          {"places", std::move(list)}};
}

Json PageData::DeadlockRow(const Deadlock& deadlock) {
  return internal::DeadlockJson<Json>(deadlock,
                                      [this](const Stack& stack) { return Number(stack); });
}

}  // namespace taskleak::pages
