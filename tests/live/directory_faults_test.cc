// Directories that cannot be listed, or not to their end.
#include <dirent.h>
#include <dlfcn.h>

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descriptors.h"
#include "file_store.h"
#include "support/run_program.h"

namespace {

int g_entries_left = -1;  // then readdir(3) fails; never if it is negative
bool g_no_streams = false;

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

extern "C" DIR* fdopendir(int descriptor) {
  static const auto real = reinterpret_cast<decltype(&fdopendir)>(dlsym(RTLD_NEXT, "fdopendir"));
  if (!g_no_streams) return real(descriptor);
  errno = ENOMEM;
  return nullptr;
}

namespace taskleak::live {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DirectoryFaultsTest, DescriptorsThatCannotBeListedAreNotCounted) {
  g_entries_left = 3;  // ".", ".." and the first descriptor
  EXPECT_NO_THROW(EXPECT_THAT(CountDescriptors(), IsEmpty()));
  g_entries_left = -1;
}

TEST(DirectoryFaultsTest, NoFileIsAddedToAFolderThatCannotBeListed) {
  const TemporaryDirectory directory;
  FileOptions options;
  options.folder = directory.File(".");
  options.name = "service";
  FileStore files(options);
  const auto before = CountDescriptors();
  g_no_streams = true;
  EXPECT_THAT(files.Write("service-tasks-1-T", ".txt", "text"),
              HasSubstr("Cannot allocate memory"));
  g_no_streams = false;
  g_entries_left = 0;
  EXPECT_THAT(files.Write("service-tasks-1-T", ".txt", "text"), HasSubstr("Input/output error"));
  g_entries_left = -1;
  EXPECT_EQ(CountDescriptors(), before);
  EXPECT_EQ(files.Write("service-tasks-1-T", ".txt", "text"), "");
}

}  // namespace
}  // namespace taskleak::live
