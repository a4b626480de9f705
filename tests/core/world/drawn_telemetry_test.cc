#include "rollcast/world/drawn_telemetry.h"
