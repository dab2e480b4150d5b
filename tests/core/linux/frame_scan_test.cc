#include "linux/coroutines/frame_scan.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/proc/memory.h"
#include "linux/proc/present_pages.h"

namespace taskleak::platform {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

// Memory that is reserved, and takes none until it is written.
class Reserved {
 public:
  explicit Reserved(std::size_t size)
      : size_(size),
        memory_(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  ~Reserved() { munmap(memory_, size_); }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;

  void UseSmallPages() const { madvise(memory_, size_, MADV_NOHUGEPAGE); }
  [[nodiscard]] bool is_usable() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] std::uintptr_t begin() const { return reinterpret_cast<std::uintptr_t>(memory_); }
  [[nodiscard]] std::uintptr_t end() const { return begin() + size_; }
  [[nodiscard]] std::uintptr_t Page(std::size_t number) const {
    return begin() + number * PageSize();
  }

 private:
  std::size_t size_;
  void* memory_;
};

void Write(std::uintptr_t address, std::uintptr_t word) {
  *reinterpret_cast<volatile std::uintptr_t*>(address) = word;  // NOLINT
}

TEST(PresentPagesTest, RunsAreOfPagesThatWereWritten) {
  const Reserved memory(std::max(std::size_t{1} << 30, 20'002 * PageSize()));
  ASSERT_TRUE(memory.is_usable());
  memory.UseSmallPages();
  for (const std::size_t page : {5U, 6U, 8192U, 20'000U}) Write(memory.Page(page), 1);
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> runs;
  PresentPages().ForEachRun(memory.begin(), memory.end(),
                            [&](auto begin, auto end) { runs.emplace_back(begin, end); });
  EXPECT_THAT(runs, ElementsAre(std::pair(memory.Page(5), memory.Page(7)),
                                std::pair(memory.Page(8192), memory.Page(8193)),
                                std::pair(memory.Page(20'000), memory.Page(20'001))));
}

// Longer than what is read: 512 MB.
TEST(FrameScanTest, WhatLooksLikeAFrameIsFoundAtTheEndOfMemoryThatIsReserved) {
  constexpr std::uintptr_t kResume = 0x7165'0000'1234'5678;
  constexpr std::uintptr_t kDestroy = 0x7165'0000'2345'6789;
  const Reserved memory(std::size_t{4} << 30);
  ASSERT_TRUE(memory.is_usable());
  const std::uintptr_t frame = memory.end() - 64;
  Write(frame, kResume);
  Write(frame + sizeof(std::uintptr_t), kDestroy);
  EXPECT_THAT(ScanForFrames({.resume = {kResume}, .destroy = {kDestroy}}), ElementsAre(frame));
}

TEST(FrameScanTest, TheFirstWordOfAFrameIsAResumeFunctionOrNull) {
  constexpr std::uintptr_t kResume = 0x7165'0000'3456'789a;
  constexpr std::uintptr_t kDestroy = 0x7165'0000'4567'89ab;
  const Reserved memory(PageSize());
  ASSERT_TRUE(memory.is_usable());
  const std::uintptr_t other = memory.begin();
  const std::uintptr_t finished = memory.begin() + 64;
  Write(other, kDestroy);
  Write(other + sizeof(std::uintptr_t), kDestroy);
  Write(finished + sizeof(std::uintptr_t), kDestroy);
  const auto found = ScanForFrames({.resume = {kResume}, .destroy = {kDestroy}});
  EXPECT_THAT(found, AllOf(Contains(finished), Not(Contains(other))));
}

}  // namespace
}  // namespace taskleak::platform
