#include "rollcast/world/answer_law.h"
