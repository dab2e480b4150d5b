// The caller cancels the search when it needs no more matches.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "search.h"

TEST_CASE("finds the first match") {
  const std::vector<std::string> words = {"apple", "pear", "apricot", "quince", "avocado"};
  for (int round = 0; round < 5; ++round) {
    search::Search search(words, "a");
    CHECK(search.Next() == "apple");
    search.Cancel();
  }
}
