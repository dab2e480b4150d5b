// A test that leaves a coroutine which only a search of memory finds.
#include <gtest/gtest.h>

#include "support/pooled_coroutine.h"

TEST(Pool, Waits) { WaitInThePool(); }
