#pragma once
// A rollout that interrupts another one.

namespace rollcast {

/// How far an earlier rollout had got when this one begins, to a revision that is as good as the old version. It stands
/// still by then: what it started is available.
struct UnderWay {
    int instances = 0;    // of that revision; 0: there was no such rollout
    bool on_top = false;  // of all that the old version has; else in place of as many of these
};

inline bool any(const UnderWay& before) { return before.instances > 0; }

/// Of a workload of that size, those that the old version still has.
inline int left_of_old(const UnderWay& before, int replicas) {
    return before.on_top ? replicas : replicas - before.instances;
}

}  // namespace rollcast
