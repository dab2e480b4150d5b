#include "places.h"

#include <algorithm>
#include <cstddef>

#include "taskleak/internal/frame_code.h"

namespace taskleak::live {
namespace {

bool SamePlace(const Unit& a, const Unit& b) {
  return a.state == b.state && a.stack_missing == b.stack_missing &&
         internal::IsSameCode(a.stack, b.stack);
}

}  // namespace

std::vector<Place> PlacesOf(const LeakGroup& group) {
  std::vector<Place> places;
  const std::vector<Unit>& units = group.units;
  for (std::size_t begin = 0, end = 0; begin < units.size(); begin = end) {
    while (end < units.size() && SamePlace(units[begin], units[end])) ++end;
    places.push_back(Place(units).subspan(begin, end - begin));
  }
  return places;
}

const Frame* FirstOwn(const Stack& stack) {
  const auto own = std::ranges::find_if_not(stack, &Frame::runtime);
  return own == stack.end() ? nullptr : &*own;
}

bool IsBlocked(const Unit& unit) {
  return unit.kind != UnitKind::kUnjoinedThread && unit.kind != UnitKind::kProcess &&
         unit.state != WaitState::kRunning && unit.state != WaitState::kQueued;
}

std::vector<Place> PlacesOf(const LeakReport& report) {
  std::vector<Place> places;
  for (const LeakGroup& group : report.groups) {
    const std::vector<Place> some = PlacesOf(group);
    places.insert(places.end(), some.begin(), some.end());
  }
  std::ranges::stable_sort(places, std::ranges::greater(), &Place::size);
  return places;
}

}  // namespace taskleak::live
