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

TEST(SourcePathTest, RemembersTheFullPath) {
  EXPECT_EQ(FullSourcePath(ShortSourcePath("/remember/src/pool.cc", "/remember/build")),
            "/remember/src/pool.cc");
  EXPECT_EQ(FullSourcePath("never/shortened.cc"), "never/shortened.cc");
}

}  // namespace
}  // namespace taskleak::symbolize
