#include <utility>

#include "alive/background.h"
#include "taskleak/verify.h"

namespace taskleak {

void AdoptCurrent() { alive::AdoptAll(); }

AllowLeaks::AllowLeaks(std::string reason)
    : reason_(std::move(reason)), before_(Snapshot::Take()) {}

AllowLeaks::~AllowLeaks() { alive::AdoptBornSince(before_); }

}  // namespace taskleak
