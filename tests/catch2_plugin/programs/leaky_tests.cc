// Test cases that leave threads behind in every way that the tests ask about. Each thread's name
// says where it was made.
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "catch2_plugin/programs/catch2.h"
#include "catch2_plugin/programs/leak.h"
#include "taskleak/catch2.h"

TEST_CASE("clean", "[clean]") {
  const Worker worker("clean");
  CHECK(1 + 1 == 2);
}

TEST_CASE("leaks", "[leaks]") {
  Leak("leaks");
  CHECK(1 + 1 == 2);
}

TEST_CASE("leaks without assertions", "[silent]") { Leak("silent"); }

TEST_CASE("fails and leaks", "[fails]") {
  Leak("fails");
  REQUIRE(1 + 1 == 3);
}

TEST_CASE("throws and leaks", "[throws]") {
  Leak("throws");
  throw std::runtime_error("thrown by the test");
}

TEST_CASE("declared to throw", "[!throws][declared]") {
  Leak("declared");
  CHECK_THROWS(throw std::runtime_error("expected"));
}

TEST_CASE("after", "[after]") { CHECK(1 + 1 == 2); }

TEST_CASE("may fail", "[mayfail][!mayfail]") {
  Leak("mayfail");
  CHECK(1 + 1 == 2);
}

TEST_CASE("should fail and does not", "[shouldfail][!shouldfail]") {
  Leak("shouldfail");
  CHECK(1 + 1 == 2);
}

TEST_CASE("should fail and verifies", "[verifyfail][!shouldfail]") {
  const taskleak::catch2::VerifyNoLeaks verify;
  Leak("verifyfail");
}

TEST_CASE("should fail by its assertion", "[assertfail][!shouldfail]") {
  CHECK_NO_LEAKS(Leak("assertfail"));
}

TEST_CASE("sections", "[sections]") {
  const Worker body("body");
  SECTION("outer") {
    SECTION("first") { Leak("first"); }
    SECTION("second") { CHECK(1 + 1 == 2); }
  }
  SECTION("last") { Leak("last"); }
}

TEST_CASE("thrown out of a section", "[escape]") {
  SECTION("escape") {
    Leak("escape");
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
  if (value == 2) Leak("generated");
  CHECK(value > 0);
}

// Lives from the first pass to the last, which ends it.
TEST_CASE("a static worker that the last section stops", "[static]") {
  static std::unique_ptr<Worker> worker = std::make_unique<Worker>("static");
  SECTION("uses it") { CHECK(worker != nullptr); }
  SECTION("stops it") { worker.reset(); }
}

TEST_CASE("a static worker that nobody stops", "[kept]") {
  static auto* const worker = new Worker("kept");
  SECTION("uses it") { CHECK(worker != nullptr); }
  SECTION("uses it again") { CHECK(worker != nullptr); }
}

TEST_CASE("the body of each pass leaks", "[bodies]") {
  Leak("bodies");
  SECTION("a") { CHECK(1 + 1 == 2); }
  SECTION("b") { CHECK(1 + 1 == 2); }
}

TEST_CASE("tagged as allowed", "[allowed][AllowLeaks]") {
  Leak("allowed");
  SECTION("a") { Leak("allowed"); }
  SECTION("b") { CHECK(1 + 1 == 2); }
}

TEST_CASE("tagged to be verified", "[tagged][verifynoleaks]") { Leak("tagged"); }

TEST_CASE("a marked scope", "[scope]") {
  const taskleak::catch2::VerifyNoLeaks verify;
  Leak("scope");
}

class Fixture : private taskleak::catch2::VerifyNoLeaks {
 protected:
  Worker worker_{"fixture"};
};
TEST_CASE_METHOD(Fixture, "a marked fixture", "[fixture]") { Leak("in-fixture"); }

TEST_CASE("a marked scope with options of its own", "[options]") {
  const taskleak::catch2::VerifyNoLeaks verify({taskleak::IgnoreThreadName("options")});
  Leak("options");
}

TEST_CASE("statements", "[statements]") {
  CHECK_NO_LEAKS(Worker("statement"));
  INFO("while checking statements");
  CHECK_NO_LEAKS({
    const auto [first, second] = std::pair("check", 1);
    Leak(first);
    static_cast<void>(second);
  });
  REQUIRE_NO_LEAKS(Leak("require"));
  Leak("not reached");
}

TEST_CASE("allowed by code", "[code]") {
  {
    const taskleak::AllowLeaks allow("the tests say so");
    Leak("by-scope");
  }
  Leak("by-adoption");
  taskleak::AdoptCurrent();
}

TEST_CASE("benchmarks", "[benchmarks]") {
  Leak("benchmarks");
#ifdef BENCHMARK
  BENCHMARK("a benchmark") { return 1 + 1; };
#endif
}

#ifdef SKIP
TEST_CASE("skips", "[skips]") {
  Leak("skips");
  SKIP("not today");
}
#endif

TEST_CASE("dies", "[.][dies]") {
  Leak("dies");
  SECTION("by a signal") { std::raise(SIGSEGV); }
}

// What a listener keeps for the length of the run is no leak; what it leaves is.
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
    if (std::getenv("LISTENER_LEAKS") != nullptr) Leak("by-listener");
  }
  void testRunEnded(const Catch::TestRunStats&) override { worker_.reset(); }

 private:
  std::unique_ptr<Worker> worker_;
};
CATCH_REGISTER_LISTENER(Server)
