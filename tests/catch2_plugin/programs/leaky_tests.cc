// Test cases that leave threads behind in every way that is tested. Each thread's name says where
// it was created.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include "catch2_plugin/programs/catch2.h"
#include "support/threads.h"
#include "taskleak/catch2.h"

// For runs with a rule that throws what is not an exception.
const bool rule_that_throws = [] {
  if (std::getenv("TASKLEAK_TEST_RULE_THROWS") == nullptr) return false;
  taskleak::catch2::SetOptions(
      {taskleak::IgnoreIf([](const taskleak::Unit&) -> bool { throw 1; })});
  return true;
}();

TEST_CASE("clean", "[clean]") {
  const Worker worker("clean");
  CHECK(1 + 1 == 2);
}

TEST_CASE("leaks", "[leaks]") {
  LeaveThread("leaks");
  CHECK(1 + 1 == 2);
}

TEST_CASE("leaks without assertions", "[silent]") { LeaveThread("silent"); }

TEST_CASE("fails and leaks", "[fails]") {
  LeaveThread("fails");
  REQUIRE(1 + 1 == 3);
}

TEST_CASE("throws and leaks", "[throws]") {
  LeaveThread("throws");
  throw std::runtime_error("thrown by the test");
}

TEST_CASE("declared to throw", "[!throws][declared]") {
  LeaveThread("declared");
  CHECK_THROWS(throw std::runtime_error("expected"));
}

TEST_CASE("after", "[after]") { CHECK(1 + 1 == 2); }

TEST_CASE("exits", "[.][exits]") {
  CHECK(1 + 1 == 2);
  SECTION("in a section") { std::exit(0); }
}

TEST_CASE("exits by another call", "[.][quits]") { _exit(0); }

TEST_CASE("may fail", "[mayfail][!mayfail]") {
  LeaveThread("mayfail");
  CHECK(1 + 1 == 2);
}

TEST_CASE("should fail and does not", "[shouldfail][!shouldfail]") {
  LeaveThread("shouldfail");
  CHECK(1 + 1 == 2);
}

TEST_CASE("should fail and verifies", "[verifyfail][!shouldfail]") {
  const taskleak::catch2::VerifyNoLeaks verify;
  LeaveThread("verifyfail");
}

TEST_CASE("should fail by its assertion", "[assertfail][!shouldfail]") {
  CHECK_NO_LEAKS(LeaveThread("assertfail"));
}

TEST_CASE("sections", "[sections]") {
  const Worker body("body");
  SECTION("outer") {
    SECTION("first") { LeaveThread("first"); }
    SECTION("second") { CHECK(1 + 1 == 2); }
  }
  SECTION("last") { LeaveThread("last"); }
}

SCENARIO("a service serves", "[scenario]") {
  GIVEN("a running service") {
    WHEN("a second one is launched") { LeaveThread("second"); }
  }
}

TEST_CASE("thrown out of a section", "[escape]") {
  SECTION("escape") {
    LeaveThread("escape");
    throw std::runtime_error("thrown by the section");
  }
  SECTION("other") { CHECK(1 + 1 == 2); }
}

TEST_CASE("a section fills what the body owns", "[filled]") {
  std::unique_ptr<Worker> worker;
  SECTION("a") { worker = std::make_unique<Worker>("filled"); }
  SECTION("b") { CHECK(worker == nullptr); }
}

TEST_CASE("generates", "[generates]") {
  const int value = GENERATE(1, 2, 3);
  if (value == 2) LeaveThread("generated");
  CHECK(value > 0);
}

// Lives from the first pass to the last pass, which ends it.
TEST_CASE("a static worker that the last section stops", "[static]") {
  static std::unique_ptr<Worker> worker = std::make_unique<Worker>("static");
  SECTION("uses it") { CHECK(worker != nullptr); }
  SECTION("stops it") { worker.reset(); }
}

TEST_CASE("a static worker that is not stopped", "[kept]") {
  static auto* const worker = new Worker("kept");
  SECTION("uses it") { CHECK(worker != nullptr); }
  SECTION("uses it again") { CHECK(worker != nullptr); }
}

TEST_CASE("the body of each pass leaks", "[bodies]") {
  LeaveThread("bodies");
  SECTION("a") { CHECK(1 + 1 == 2); }
  SECTION("b") { CHECK(1 + 1 == 2); }
}

TEST_CASE("cut short", "[cut]") {
  LeaveThread("cut");
  SECTION("fails") { CHECK(1 + 1 == 3); }
  SECTION("is not come to under --abort") { CHECK(1 + 1 == 3); }
}

TEST_CASE("tagged as allowed", "[allowed][AllowLeaks]") {
  LeaveThread("allowed");
  SECTION("a") { LeaveThread("allowed"); }
  SECTION("b") { CHECK(1 + 1 == 2); }
}

TEST_CASE("tagged to be verified", "[tagged][verifynoleaks]") { LeaveThread("tagged"); }

TEST_CASE("a marked scope", "[scope]") {
  const taskleak::catch2::VerifyNoLeaks verify;
  LeaveThread("scope");
}

class Fixture : private taskleak::catch2::VerifyNoLeaks {
 protected:
  Worker worker_{"fixture"};
};
TEST_CASE_METHOD(Fixture, "a marked fixture", "[fixture]") { LeaveThread("in-fixture"); }

TEST_CASE_METHOD(Fixture, "a marked fixture with a section", "[.][marked-section]") {
  SECTION("in it") { LeaveThread("in-section"); }
}

TEST_CASE("a rule that throws", "[.][throwing-rule]") {
  const taskleak::catch2::VerifyNoLeaks verify({taskleak::IgnoreIf(
      [](const taskleak::Unit&) -> bool { throw std::runtime_error("thrown by a rule"); })});
  LeaveThread("throwing-rule");
}

TEST_CASE("a marked scope with options of its own", "[options]") {
  const taskleak::catch2::VerifyNoLeaks verify({taskleak::IgnoreThreadName("options")});
  LeaveThread("options");
}

TEST_CASE("statements", "[statements]") {
  CHECK_NO_LEAKS(Worker("statement"));
  INFO("while checking statements");
  CHECK_NO_LEAKS({
    const auto [first, second] = std::pair("check", 1);
    LeaveThread(first);
    static_cast<void>(second);
  });
  REQUIRE_NO_LEAKS(LeaveThread("require"));
  LeaveThread("not reached");
}

TEST_CASE("allowed by code", "[code]") {
  {
    const taskleak::AllowLeaks allow("the tests say so");
    LeaveThread("by-scope");
  }
  LeaveThread("by-adoption");
  taskleak::AdoptCurrent();
}

TEST_CASE("benchmarks", "[benchmarks]") {
  LeaveThread("benchmarks");
#ifdef BENCHMARK
  BENCHMARK("a benchmark") { return 1 + 1; };
#endif
}

#ifdef SKIP
TEST_CASE("skips", "[skips]") {
  LeaveThread("skips");
  SKIP("not today");
}
#endif

TEST_CASE("dies", "[.][dies]") {
  LeaveThread("dies");
  SECTION("by a signal") { std::raise(SIGSEGV); }
}

// A thread that a listener keeps during the run is not a leak. A thread that it leaves after the
// run is a leak.
#ifdef TASKLEAK_TESTS_CATCH2_V2
using ListenerBase = Catch::TestEventListenerBase;
#else
using ListenerBase = Catch::EventListenerBase;
#endif

class Server : public ListenerBase {
 public:
  using ListenerBase::ListenerBase;
  void testRunStarting(const Catch::TestRunInfo&) override {
    worker_ = std::make_unique<Worker>("listener");
  }
  void testCaseEnded(const Catch::TestCaseStats&) override {
    if (std::getenv("LISTENER_LEAKS") != nullptr) LeaveThread("by-listener");
  }
  void testRunEnded(const Catch::TestRunStats&) override { worker_.reset(); }

 private:
  std::unique_ptr<Worker> worker_;
};
CATCH_REGISTER_LISTENER(Server)
