#include "symbolize/generated_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace taskleak::symbolize {
namespace {

// The beginnings of generated names, without leading underscores, up to their number.
constexpr std::array<std::string_view, 3> kPrefixes = {
    // Catch2 3: src/catch2/internal/catch_test_registry.hpp and
    // catch_template_test_registry.hpp, INTERNAL_CATCH_UNIQUE_NAME.
    "CATCH2_INTERNAL_T",
    // Catch2 2: catch.hpp, INTERNAL_CATCH_UNIQUE_NAME( C_A_T_C_H_T_E_S_T_ ) and its like. Catch 1
    // has more underscores in front and between ("____C_A_T_C_H____T_E_S_T____").
    "C_A_T_C_H_",
    // doctest.h, DOCTEST_ANONYMOUS: functions, classes, and namespaces of suites.
    "DOCTEST_ANON_"};

// GCC appends the file's first global function, Clang the file's name (GCC's
// gcc/tree.cc, get_file_function_name).
constexpr std::string_view kInitialization = "_GLOBAL__sub_I";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsGenerated(std::string_view component) {
  component.remove_prefix(std::min(component.find_first_not_of('_'), component.size()));
  return !component.empty() && IsDigit(component.back()) &&
         std::ranges::any_of(kPrefixes, [component](std::string_view prefix) {
           return component.starts_with(prefix);
         });
}

std::string_view WithoutNumber(std::string_view component) {
  if (!IsGenerated(component)) return component;
  return component.find("_SUITE_") == std::string_view::npos ? kGeneratedTest : "{suite}";
}

}  // namespace

bool MayBeGenerated(std::string_view name) {
  return name.starts_with(kInitialization) ||
         std::ranges::any_of(kPrefixes, [name](std::string_view prefix) {
           return name.find(prefix) != std::string_view::npos;
         });
}

std::string WithoutGeneratedNames(std::string plain_name) {
  if (!MayBeGenerated(plain_name)) return plain_name;
  if (plain_name.starts_with(kInitialization)) return std::string(kInitialization);
  constexpr std::string_view kScope = "::";
  std::string result;
  for (std::size_t begin = 0; begin <= plain_name.size();) {
    const std::size_t end = std::min(plain_name.find(kScope, begin), plain_name.size());
    if (begin > 0) result += kScope;
    result += WithoutNumber(std::string_view(plain_name).substr(begin, end - begin));
    begin = end + kScope.size();
  }
  return result;
}

std::string_view WithinGeneratedTest(std::string_view plain_name) {
  const std::size_t test = plain_name.rfind(kGeneratedTest);
  if (test == std::string_view::npos) return {};
  return plain_name.substr(test + kGeneratedTest.size());
}

}  // namespace taskleak::symbolize
