// A main() with the reporters that Catch2 2 has in separate headers.
// clang-format off
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <catch2/catch_reporter_automake.hpp>
#include <catch2/catch_reporter_sonarqube.hpp>
#include <catch2/catch_reporter_tap.hpp>
#include <catch2/catch_reporter_teamcity.hpp>
// clang-format on
