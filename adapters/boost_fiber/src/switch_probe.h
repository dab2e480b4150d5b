// Finds out where Boost.Context saves the registers of a context that it parks.
#ifndef TASKLEAK_ADAPTERS_BOOST_FIBER_SWITCH_PROBE_H_
#define TASKLEAK_ADAPTERS_BOOST_FIBER_SWITCH_PROBE_H_

#include "taskleak/internal/fiber_task.h"

namespace taskleak::internal {

/// Finds it out with a context that parks with known values in its registers. The layout differs
/// between versions of Boost and with the processor's protection features.
SwitchLayout ProbeSwitch();

}  // namespace taskleak::internal

#endif  // TASKLEAK_ADAPTERS_BOOST_FIBER_SWITCH_PROBE_H_
