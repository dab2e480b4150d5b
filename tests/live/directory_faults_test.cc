// Directories that cannot be listed, or not to their end.
#include <dirent.h>
#include <dlfcn.h>

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descriptors.h"

namespace {

int g_entries_left = -1;  // then readdir(3) fails; never if it is negative

}  // namespace

extern "C" dirent* readdir(DIR* directory) {
  static const auto real = reinterpret_cast<decltype(&readdir)>(dlsym(RTLD_NEXT, "readdir"));
  if (g_entries_left == 0) {
    errno = EIO;
    return nullptr;
  }
  if (g_entries_left > 0) --g_entries_left;
  return real(directory);
}

namespace taskleak::live {
namespace {

using ::testing::IsEmpty;

TEST(DirectoryFaultsTest, DescriptorsThatCannotBeListedAreNotCounted) {
  g_entries_left = 3;  // ".", ".." and the first descriptor
  EXPECT_NO_THROW(EXPECT_THAT(CountDescriptors(), IsEmpty()));
  g_entries_left = -1;
}

}  // namespace
}  // namespace taskleak::live
