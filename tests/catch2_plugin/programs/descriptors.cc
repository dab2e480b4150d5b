// Test cases that open descriptors, and close them or not.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch2_plugin/programs/catch2.h"
#include "taskleak/catch2.h"

namespace {

int OpenSocket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

}  // namespace

TEST_CASE("first", "[first]") { CHECK(OpenSocket() >= 0); }
TEST_CASE("second", "[second]") { CHECK(OpenSocket() >= 0); }

TEST_CASE("sections", "[sections]") {
  static const int loop = epoll_create1(EPOLL_CLOEXEC);  // at the first pass
  CHECK(loop >= 0);
  SECTION("one") { CHECK(OpenSocket() >= 0); }
  SECTION("closes") { CHECK(close(OpenSocket()) == 0); }
  SECTION("two") { CHECK(OpenSocket() >= 0); }
}

TEST_CASE("closes", "[closes]") { CHECK(close(OpenSocket()) == 0); }

TEST_CASE("allowed", "[allowed][AllowLeaks]") { CHECK(OpenSocket() >= 0); }
TEST_CASE("allowed, too", "[allowed][AllowLeaks]") { CHECK(OpenSocket() >= 0); }
