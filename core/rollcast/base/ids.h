#pragma once
// Strong ids: an index that cannot be mixed up with another, at no cost.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace rollcast {

/// A version of the service: 0 runs when the rollout starts, 1 is the release being rolled out. 2, where there is one,
/// answers as the old one: a baseline, fresh instances of it to compare the release with, or the intermediate revision
/// of an earlier rollout that this one interrupts.
enum class VersionId : std::uint16_t {};
inline constexpr VersionId kOldVersion{0};
inline constexpr VersionId kNewVersion{1};
inline constexpr VersionId kBaselineVersion{2};
inline constexpr VersionId kIntermediateVersion{2};

/// A place (region, cell, account) where the service runs a fleet of its own, as an index into Scenario::locations;
/// without locations there is one, number 0.
enum class LocationId : std::uint16_t {};
/// All of them together.
inline constexpr LocationId kEverywhere{0xFFFF};

/// A zone of a location.
enum class ZoneId : std::uint16_t {};

/// A host (node, machine) of the fleet, zone by zone.
enum class HostId : std::uint32_t {};

/// An analysis (a set of metrics with conditions), as an index into Scenario::analyses.
enum class AnalysisId : std::uint16_t {};

template <typename Id>
    requires std::is_enum_v<Id>
constexpr std::size_t index_of(Id id) {
    return static_cast<std::size_t>(id);
}

}  // namespace rollcast
