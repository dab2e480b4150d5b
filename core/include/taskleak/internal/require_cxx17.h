// Refuses older C++ with an error that comes before those of the compiler.
#ifndef TASKLEAK_INTERNAL_REQUIRE_CXX17_H_
#define TASKLEAK_INTERNAL_REQUIRE_CXX17_H_

#if __cplusplus < 201703L
#error "taskleak needs C++17 or later: compile with -std=c++17, or set CMAKE_CXX_STANDARD to 17"
#endif

#endif  // TASKLEAK_INTERNAL_REQUIRE_CXX17_H_
