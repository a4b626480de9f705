#include "rollcast/study/guard_trial.h"
