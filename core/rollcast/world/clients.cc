#include "rollcast/world/clients.h"

#include <algorithm>

namespace rollcast {
namespace {

/// Ordinals of closed-loop requests: apart from those of open ones, and each user's his own.
constexpr std::uint64_t kClosed = std::uint64_t{1} << (kOrdinalBits - 1);
constexpr int kTurnBits = 26;

constexpr AttemptId first_request(std::uint32_t user) { return kClosed | std::uint64_t{user} << kTurnBits; }

}  // namespace

Clients::Clients(const Traffic& traffic, const StreamSpace& streams)
    : retries_(traffic.retries),
      streams_(streams),
      users_(traffic.users.count),
      persons_(traffic.sessions.users),
      tokens_(traffic.retries.reserve) {
    if (users_ > 0) think_.emplace(traffic.users.think);
}

void Clients::begin(Instant now, Agenda& agenda) {
    for (std::uint32_t user = 0; user < static_cast<std::uint32_t>(users_); ++user) {
        think(keep({.id = first_request(user), .person = persons_ + user, .user = user + 1}), now, agenda);
    }
}

std::uint32_t Clients::keep(const Call& call) {
    const std::uint32_t at = calls_.take();
    const std::uint32_t generation = calls_[at].generation;
    calls_[at] = call;
    calls_[at].generation = generation;
    return at;
}

void Clients::announce(std::uint32_t at, Instant when, Code seen, Cause cause, Agenda& agenda) {
    Call& call = calls_[at];
    call.seen = seen;
    call.cause = cause;
    agenda.push(when, Happening::kAnswered, call.id, at, ++call.generation);
}

void Clients::answered(std::uint32_t at, Instant now, std::int64_t first_attempts, Agenda& agenda, Ledger& ledger) {
    Call& call = calls_[at];
    const Instant latency = now - call.arrived;
    if (call.seen != Code::k200 && retries(call, first_attempts)) {
        ledger.retried(call.seen, call.cause, latency);
        call.id += std::uint64_t{1} << kOrdinalBits;
        ++backing_off_;
        agenda.push(now + back_off(call.id), Happening::kArrives, call.id, at, call.generation);
        return;
    }
    if (attempt_of(call.id) > 0) ledger.ended(call.seen, call.cause, latency, now - call.first);
    if (call.user == 0) {
        calls_.give_back(at);
        return;
    }
    call.id = ordinal_of(call.id) + 1;
    think(at, now, agenda);
}

void Clients::arrives(std::uint32_t at, Instant now, Ledger& ledger) {
    Call& call = calls_[at];
    call.arrived = now;
    if (attempt_of(call.id) > 0) {
        --backing_off_;
        ledger.retry_arrived();
    } else {
        call.first = now;
        ++closed_requests_;
    }
}

void Clients::think(std::uint32_t at, Instant now, Agenda& agenda) {
    const Call& call = calls_[at];
    const double seconds = (*think_)(attempt_words(streams_, call.id, 0, 0)[0]);
    agenda.push(now + static_cast<Instant>(seconds * 1e9 + .5), Happening::kArrives, call.id, at, call.generation);
}

bool Clients::retries(const Call& call, std::int64_t first_attempts) {
    if (static_cast<int>(attempt_of(call.id)) + 1 >= retries_.attempts) return false;
    if (!(call.seen == Code::k504 ? retries_.timeouts : retries_.errors)) return false;
    if (!retries_.budget) return true;
    tokens_ = tokens(first_attempts);
    tokens_at_ = first_attempts;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

double Clients::tokens(std::int64_t first_attempts) const {
    const double earned = retries_.budget.value_or(0) * static_cast<double>(first_attempts - tokens_at_);
    return std::min(tokens_ + earned, retries_.reserve);
}

/// The wait before an attempt.
Instant Clients::back_off(AttemptId next) const {
    const auto most = static_cast<double>(retries_.most.count());
    auto wait = std::min(most, static_cast<double>(retries_.base.count()));
    for (std::uint32_t i = 1; i < attempt_of(next) && wait < most; ++i) wait = std::min(most, wait * retries_.factor);
    const double fixed = retries_.jitter == Jitter::kNone ? 1 : retries_.jitter == Jitter::kEqual ? .5 : 0;
    const std::uint32_t word = attempt_words(streams_, ordinal_of(next), attempt_of(next), 0)[0];
    const double uniform = (static_cast<double>(word) + .5) / 4294967296.0;
    return static_cast<Instant>(wait * (fixed + (1 - fixed) * uniform) + .5);
}

}  // namespace rollcast
