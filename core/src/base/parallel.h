// Work on several processors at once.
#ifndef TASKLEAK_SRC_BASE_PARALLEL_H_
#define TASKLEAK_SRC_BASE_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace taskleak {

/// Calls `work(i)` once for each i below `count`. If `count` is large, starts a thread for each
/// further processor, up to seven. If no thread can be started, the calling thread does all the
/// work. Returns when all is done. `work` must be thread-safe and must not throw.
template <typename Work>
void ForEachInParallel(std::size_t count, const Work& work) {
  constexpr std::size_t kAtOnce = 16;
  constexpr std::size_t kFewest = 4 * kAtOnce;  // starting a thread takes longer than less work
  constexpr std::size_t kMostThreads = 8;
  std::atomic<std::size_t> next{0};
  const auto take = [&next, count, &work] {
    for (std::size_t first = next.fetch_add(kAtOnce); first < count;
         first = next.fetch_add(kAtOnce)) {
      for (std::size_t i = first; i < std::min(first + kAtOnce, count); ++i) work(i);
    }
  };
  std::vector<std::jthread> helpers;
  const std::size_t threads =
      std::min<std::size_t>({std::thread::hardware_concurrency(), count / kFewest, kMostThreads});
  try {
    while (helpers.size() + 1 < threads) helpers.emplace_back(take);
  } catch (const std::system_error&) {  // the limit of threads is reached
  }
  take();
}

}  // namespace taskleak

#endif  // TASKLEAK_SRC_BASE_PARALLEL_H_
