#include "check/sure_look.h"

#include <utility>

namespace taskleak::check {

BirthMark MarkOf(const internal::SnapshotData& data) {
  return {.births = data.births,
          .next_thread = data.next_birth,
          .epoch = data.next_epoch,
          .listed = data.threads};
}

Stragglers LookUntilSure(const std::function<MarkedLook()>& look, const BirthMark& before) {
  constexpr int kMostLooks = 64;
  constexpr int kLooksNeeded = 3;  // with one mark
  MarkedLook last = look();
  if (last.births.births != 0 && last.births == before) return std::move(last.left);
  int looks_alike = 1;
  for (int looks = 1; looks < kMostLooks && looks_alike < kLooksNeeded; ++looks) {
    if (last.failed || !last.left.empty()) break;
    MarkedLook next = look();
    looks_alike = next.births == last.births ? looks_alike + 1 : 1;
    last = std::move(next);
  }
  return std::move(last.left);
}

}  // namespace taskleak::check
