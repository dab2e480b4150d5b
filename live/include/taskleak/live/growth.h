// Measures growth, robustly.
#ifndef TASKLEAK_LIVE_GROWTH_H_
#define TASKLEAK_LIVE_GROWTH_H_

#include <vector>

#pragma GCC visibility push(default)  // what a shared taskleak exports
namespace taskleak::live {

/// Returns how much a series grows from one value to the next: the median of the slopes between all
/// pairs of values (H. Theil, "A rank-invariant method of linear and polynomial regression
/// analysis", 1950; P. K. Sen, 1968). Up to a quarter of the values may be arbitrary, so one jump,
/// or a pool that warms up at the beginning, does not count. Returns 0 for fewer than two values.
/// Thread-safe.
///
/// Example:
///   RobustSlope({0, 8, 8, 8, 8, 8});     // 0: it jumped once
///   RobustSlope({10, 20, 30, 40, 50});   // 10
[[nodiscard]] double RobustSlope(const std::vector<double>& values);

}  // namespace taskleak::live
#pragma GCC visibility pop

#endif  // TASKLEAK_LIVE_GROWTH_H_
