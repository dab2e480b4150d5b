#include "linux/proc/process_image.h"

#include <algorithm>

namespace taskleak::platform {

const ImageThread* ProcessImage::Find(int tid) const {
  const std::span<const ImageThread> all = threads();
  const auto found = std::ranges::lower_bound(all, tid, {}, &ImageThread::tid);
  return found == all.end() || found->tid != tid ? nullptr : &*found;
}

}  // namespace taskleak::platform
