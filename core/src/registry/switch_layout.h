// Keeps the places of the registers of parked fibers.
#ifndef TASKLEAK_SRC_REGISTRY_SWITCH_LAYOUT_H_
#define TASKLEAK_SRC_REGISTRY_SWITCH_LAYOUT_H_

#include <optional>

#include "taskleak/internal/fiber_task.h"

namespace taskleak::registry {

/// Returns the layout that was set last (taskleak/internal/fiber_task.h); nothing before the first.
/// Thread-safe.
std::optional<internal::SwitchLayout> GetSwitchLayout();

}  // namespace taskleak::registry

#endif  // TASKLEAK_SRC_REGISTRY_SWITCH_LAYOUT_H_
