#include "symbolize/source_path.h"

#include <gtest/gtest.h>

namespace taskleak::symbolize {
namespace {

TEST(SourcePathTest, DropsTheCompilationDirectory) {
  EXPECT_EQ(ShortSourcePath("/home/me/project/src/pool.cc", "/home/me/project"), "src/pool.cc");
  EXPECT_EQ(ShortSourcePath("/home/me/project/src/pool.cc", "/home/me/project/"), "src/pool.cc");
  EXPECT_EQ(ShortSourcePath("/home/me/project/build/../src/pool.cc", "/home/me/project"),
            "src/pool.cc");
}

TEST(SourcePathTest, DropsTheProjectAroundABuildFolder) {
  EXPECT_EQ(ShortSourcePath("/project/src/pool.cc", "/project/build/dev"), "src/pool.cc");
  EXPECT_EQ(ShortSourcePath("/project/src/pool.cc", "/project/a/b/c"), "src/pool.cc");
  EXPECT_EQ(ShortSourcePath("/usr/local/x.h", "/usr/local/build"), "/usr/local/x.h");
}

TEST(SourcePathTest, LeavesPathsElsewhere) {
  EXPECT_EQ(ShortSourcePath("/usr/include/c++/12/thread", "/usr/src/project"),
            "/usr/include/c++/12/thread");
  EXPECT_EQ(ShortSourcePath("/opt/lib/x.h", "/home/me/project"), "/opt/lib/x.h");
  EXPECT_EQ(ShortSourcePath("/projects/x.h", "/project"), "/projects/x.h");
  EXPECT_EQ(ShortSourcePath("./nptl/clone.c", "./nptl"), "nptl/clone.c");
  EXPECT_EQ(ShortSourcePath("", ""), "");
}

TEST(SourcePathTest, ARelativeCompilationDirectoryContainsNoAbsolutePath) {
  EXPECT_EQ(ShortSourcePath("/opt/lib/x.h", "./nptl"), "/opt/lib/x.h");
  EXPECT_EQ(ShortSourcePath("/opt/lib/x.h", "build/src"), "/opt/lib/x.h");
  EXPECT_EQ(ShortSourcePath("/opt/lib/x.h", "."), "/opt/lib/x.h");
}

TEST(SourcePathTest, RemembersTheFullPath) {
  EXPECT_EQ(FullSourcePath(ShortSourcePath("/remember/src/pool.cc", "/remember/build")),
            "/remember/src/pool.cc");
  EXPECT_EQ(FullSourcePath("never/shortened.cc"), "never/shortened.cc");
}

TEST(SourcePathTest, KnowsTheFilesOfCppLibraries) {
  for (const char* const file :
       {"/usr/include/c++/14/bits/new_allocator.h", "/usr/include/c++/16.2/thread",
        "/usr/include/x86_64-linux-gnu/c++/14/bits/gthr-default.h",
        "/usr/lib/gcc/x86_64-linux-gnu/14/../../../../include/c++/14/future",
        "/opt/llvm/include/c++/v1/__memory/construct_at.h"})
    EXPECT_TRUE(IsCppLibraryFile(file)) << file;
  for (const char* const file :
       {"/usr/include/fmt/format.h", "/home/me/c++/1/pool.h", "src/c++/14/pool.h",
        "/project/include/c++/pool.h", "/project/include/c++/", ""})
    EXPECT_FALSE(IsCppLibraryFile(file)) << file;
}

}  // namespace
}  // namespace taskleak::symbolize
