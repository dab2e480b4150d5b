#include "alive/risen_descriptors.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

namespace taskleak::alive {
namespace {

using platform::OpenDescriptor;

// Holds the descriptors of one kind that were closed and opened.
struct Change {
  Descriptors closed;
  Descriptors opened;
};

Descriptors Without(const Descriptors& all, const Descriptors& those) {
  Descriptors left;
  std::ranges::copy_if(all, std::back_inserter(left), [&those](const OpenDescriptor& each) {
    return std::ranges::find(those, each) == those.end();
  });
  return left;
}

std::map<DescriptorKind, Change> Compare(const Descriptors& before, const Descriptors& now) {
  std::map<DescriptorKind, Change> changes;
  for (OpenDescriptor& each : Without(before, now))
    changes[KindOf(each)].closed.push_back(std::move(each));
  for (OpenDescriptor& each : Without(now, before))
    changes[KindOf(each)].opened.push_back(std::move(each));
  return changes;
}

}  // namespace

std::vector<RepeatedDescriptor> RisenDescriptors::FindRepeated(const Descriptors& before,
                                                               const Descriptors& now,
                                                               std::string_view test) const {
  std::vector<RepeatedDescriptor> repeated;
  for (const auto& [kind, change] : Compare(before, now)) {
    std::vector<RisenDescriptor> earlier;
    std::ranges::copy_if(
        earlier_, std::back_inserter(earlier), [&, &of = kind](const RisenDescriptor& each) {
          return each.kind == of && std::ranges::find(now, each.descriptor) != now.end();
        });
    if (earlier.empty()) continue;
    // The first of these took the place of those that were closed.
    for (std::size_t i = change.closed.size(); i < change.opened.size(); ++i)
      repeated.push_back({{change.opened[i], kind, std::string(test)}, earlier});
  }
  return repeated;
}

void RisenDescriptors::EndTest(const Descriptors& before, const Descriptors& now,
                               std::string_view test) {
  for (auto& [kind, change] : Compare(before, now)) {
    const std::size_t replaced = std::min(change.closed.size(), change.opened.size());
    for (std::size_t i = 0; i < replaced; ++i) {
      const auto one = std::ranges::find(earlier_, change.closed[i], &RisenDescriptor::descriptor);
      if (one != earlier_.end()) one->descriptor = change.opened[i];
    }
    for (std::size_t i = replaced; i < change.opened.size(); ++i)
      earlier_.push_back({std::move(change.opened[i]), kind, std::string(test)});
  }
  std::erase_if(earlier_, [&now](const RisenDescriptor& each) {
    return std::ranges::find(now, each.descriptor) == now.end();
  });
}

void RisenDescriptors::Forget(const Descriptors& those) {
  std::erase_if(earlier_, [&those](const RisenDescriptor& each) {
    return std::ranges::find(those, each.descriptor) != those.end();
  });
}

}  // namespace taskleak::alive
