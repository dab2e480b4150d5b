// The caller takes only the first match. So in each round one thread stays behind, blocked in its
// send.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "search.h"

// [test]
TEST_CASE("finds the first match") {
  const std::vector<std::string> words = {"apple", "pear", "apricot", "quince", "avocado"};
  for (int round = 0; round < 5; ++round) {
    search::Search search(words, "a");
    CHECK(search.Next() == "apple");
  }
}
// [/test]
