#pragma once

#include "rollcast/control/toy_fleet.h"

namespace rollcast::testing {

using rollcast::ToyFleet;

}  // namespace rollcast::testing
