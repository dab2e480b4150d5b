// The decoders of the processor that this is compiled for. Both have the same functions:
// DecodeCall, DecodeJump, MayBranch, HasJump, HasJumpThroughPointer, PushedByLinkageEntry,
// DecodePrologue and TakesStackAtRunTime; ForEachRelativeAddress, ForEachFixedAddress and
// ForEachCall; FindGccIndex, FindByteUses and FindIndexStore.
#ifndef TASKLEAK_SRC_LINUX_ARCH_DECODE_H_
#define TASKLEAK_SRC_LINUX_ARCH_DECODE_H_

#if defined(__aarch64__)
#include "linux/arch/aarch64/address_use.h"
#include "linux/arch/aarch64/branch.h"
#include "linux/arch/aarch64/linkage_entry.h"
#include "linux/arch/aarch64/prologue.h"
#include "linux/arch/aarch64/suspend_index.h"
namespace taskleak::platform {
namespace decoders = aarch64;
}
#else
#include "linux/arch/x86_64/address_use.h"
#include "linux/arch/x86_64/branch.h"
#include "linux/arch/x86_64/linkage_entry.h"
#include "linux/arch/x86_64/prologue.h"
#include "linux/arch/x86_64/suspend_index.h"
namespace taskleak::platform {
namespace decoders = x86_64;
}
#endif

#endif  // TASKLEAK_SRC_LINUX_ARCH_DECODE_H_
