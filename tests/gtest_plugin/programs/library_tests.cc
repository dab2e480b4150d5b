// Tests in a shared library that switches the checks on by itself.
#include <gtest/gtest.h>

#include "support/threads.h"

TEST(Library, LeavesAThread) { LeaveThread("library"); }
