#include "linux/arch/suspend_index.h"

namespace taskleak::platform {

std::optional<std::size_t> FindClangIndex(const ByteUses& resume, const ByteUses& destroy) {
  std::optional<std::size_t> best;
  std::size_t most = 0;
  for (const auto& [offset, constants] : resume.stored) {
    if (!resume.read.contains(offset)) continue;
    const std::size_t weight = constants.size() * 2 + (destroy.read.contains(offset) ? 1 : 0);
    if (weight > most) {
      best = offset;
      most = weight;
    }
  }
  return best;
}

}  // namespace taskleak::platform
