// The same for Catch2.
#ifdef ISOLATE_CATCH2_V2
#include <catch2/catch.hpp>
#else
#include <catch2/catch_test_macros.hpp>
#endif

#include "cli/programs/isolate_tests.h"

using taskleak::tests::TheSettings;

TEST_CASE("config: sets pool size") { TheSettings().pool_size = 2; }
TEST_CASE("config: sets name") { TheSettings().name = "pool"; }
TEST_CASE("config: sets level") { TheSettings().level = 3; }
TEST_CASE(R"(config, "turns" [it] on\off)") { TheSettings().on = true; }
TEST_CASE("clean") {
  std::thread([] {}).join();
}
TEST_CASE("hidden would leak", "[.]") { taskleak::tests::LeaveThread(); }
TEST_CASE("pool leaks if configured") { taskleak::tests::UsePool(); }
TEST_CASE(R"(pool, "always" [leaks])") { taskleak::tests::LeaveThread(); }
TEST_CASE("pool fails") { FAIL("by itself"); }
