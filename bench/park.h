#ifndef TASKLEAK_BENCH_PARK_H_
#define TASKLEAK_BENCH_PARK_H_

namespace taskleak::bench {

// Waits, `depth` calls deep, until the descriptor's other end is closed. The same function,
// compiled in two ways.
void ParkO0(int descriptor, int depth);
void ParkO2(int descriptor, int depth);

}  // namespace taskleak::bench

#endif  // TASKLEAK_BENCH_PARK_H_
