// Switches the checks on before main(), for taskleak::gtest_auto and taskleak::gtest_main.
//
// This is so early that the listener comes before all others except GoogleTest's printer. ...End
// events reach listeners in reverse order, so the program's own listeners have cleaned up when
// taskleak looks.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "taskleak/gtest.h"

namespace taskleak::gtest {
namespace {

[[maybe_unused]] const bool listening = [] {
  try {
    AddListener();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "taskleak: %s\n", error.what());
    std::_Exit(2);  // main() has not begun, so there is nothing to unwind, and no test may run
  }
  return true;
}();

}  // namespace
}  // namespace taskleak::gtest
