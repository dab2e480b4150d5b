// Growth that is no accident.
#ifndef TASKLEAK_LIVE_GROWTH_H_
#define TASKLEAK_LIVE_GROWTH_H_

#include <vector>

namespace taskleak::live {

/// How much a series grows from one value to the next: the median of the slopes between all pairs
/// of values (H. Theil, "A rank-invariant method of linear and polynomial regression analysis",
/// 1950; P. K. Sen, 1968). Up to a quarter of the values may be anything: one jump, or the
/// beginning in which a pool warms up, does not count. 0 for fewer than two values.
///
/// Example:
///   RobustSlope({0, 8, 8, 8, 8, 8});     // 0: it has jumped once
///   RobustSlope({10, 20, 30, 40, 50});   // 10
[[nodiscard]] double RobustSlope(const std::vector<double>& values);

}  // namespace taskleak::live

#endif  // TASKLEAK_LIVE_GROWTH_H_
