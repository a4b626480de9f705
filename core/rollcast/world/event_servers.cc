#include "rollcast/world/event_servers.h"

#include <algorithm>
#include <cmath>

namespace rollcast {

std::uint32_t EventServers::add(std::uint16_t version, const Answering& answering) {
    servers_.push_back({.slots = answering.slots(version), .version = version});
    return static_cast<std::uint32_t>(servers_.size() - 1);
}

void EventServers::listen(std::uint32_t index, Instant now, const Shared& shared) {
    Server& server = servers_[index];
    server.trouble = shared.answering.fresh(server.version, now, server.trouble);
    server.listening = true;
}

void EventServers::refuse(std::uint32_t index, Cause cause) {
    servers_[index].listening = false;
    servers_[index].refusal = cause;
}

void EventServers::admit(std::uint32_t index, const Attempt& attempt, Shared& shared) {
    Server& server = servers_[index];
    const Instant now = attempt.arrived;
    shared.ledger.arrived(shared.ledger.page(server.version, attempt.id), now);
    report_until(index, now, shared);
    if (!server.listening) return shared.turn_away(attempt, server.version, index, server.refusal);
    const bool waits = server.busy.size() >= server.slots;
    if (waits && server.waiting == shared.queue) {
        books(server, attempt.id, shared).add(Code::k503, 0, 0);
        return shared.turn_away(attempt, server.version, index, shared.answering.blame(server.version));
    }
    const std::uint32_t at = keep(attempt);
    Request& request = requests_[at];
    request.server = index;
    request.fate = shared.answering.fate(attempt, version_of(attempt.id, server.version), server.trouble);
    ++server.held;
    shared.agenda.push(now + shared.timeout, Happening::kGivenUp, attempt.id, at, request.life);
    if (!waits) return begin(at, now, shared);
    request.before = server.newest;
    (server.newest == kNone ? server.oldest : requests_[server.newest].behind) = at;
    server.newest = at;
    ++server.waiting;
}

void EventServers::handle(const Happening& what, Shared& shared) {
    Request& request = requests_[what.subject];
    if (what.kind() == Happening::kServed) {
        if (what.generation == request.schedule) end(what.subject, what.at, shared);
        return;
    }
    if (what.generation != request.life) return;
    answer(what.subject, what.at, Code::k504, request.fate.late, shared);
    if (request.begun) {
        request.given_up = true;
        return;
    }
    leave_queue(servers_[request.server], what.subject);
    forget(what.subject);
}

void EventServers::begin(std::uint32_t at, Instant now, Shared& shared) {
    Request& request = requests_[at];
    Server& server = servers_[request.server];
    request.begun = true;
    shared.begin_work(request.server, request.fate.service);
    shared.answering.leak(version_of(request.attempt.id, server.version), server.trouble, request.fate);
    if (cores_ > 0) {
        work_on(server, now);
        request.remaining = static_cast<double>(request.fate.service);
    }
    request.updated = now;
    server.busy.push_back(at);
    if (cores_ > 0) {
        share_cores(server, now, shared);
    } else {
        shared.agenda.push(now + request.fate.service, Happening::kServed, request.attempt.id, at, request.schedule);
    }
    if (request.fate.crashes) {
        shared.agenda.push(now, Happening::kCrashed, request.attempt.id, request.server, server.process);
    }
}

void EventServers::end(std::uint32_t at, Instant now, Shared& shared) {
    const Request& request = requests_[at];
    const std::uint32_t index = request.server;
    Server& server = servers_[index];
    const Instant latency = now - request.attempt.arrived;
    books(server, request.attempt.id, shared).add(request.fate.told, shared.ledger.bucket(latency), latency);
    if (!request.given_up) answer(at, now, request.fate.told, request.fate.cause, shared);
    if (cores_ > 0) work_on(server, now);
    server.busy.erase(std::find(server.busy.begin(), server.busy.end(), at));
    if (server.due == at) server.due = kNone;
    forget(at);
    take_up(server, now, shared);
    if (cores_ > 0) share_cores(server, now, shared);
    if (server.draining && server.busy.empty() && server.waiting == 0) {
        shared.agenda.push(now, Happening::kDrained, index, index, server.process);
    }
}

/// A slot is free: the next from the queue.
void EventServers::take_up(Server& server, Instant now, Shared& shared) {
    while (server.waiting > 0 && server.busy.size() < server.slots) {
        const std::uint32_t next = order_ == QueueOrder::kFifo ? server.oldest : server.newest;
        leave_queue(server, next);
        if (now - requests_[next].attempt.arrived > shared.most_wait) {
            books(server, requests_[next].attempt.id, shared).add(Code::k503, 0, 0);
            answer(next, now, Code::k503, shared.answering.blame(server.version), shared);
            forget(next);
        } else {
            begin(next, now, shared);
        }
    }
}

void EventServers::leave_queue(Server& server, std::uint32_t at) {
    Request& request = requests_[at];
    (request.before == kNone ? server.oldest : requests_[request.before].behind) = request.behind;
    (request.behind == kNone ? server.newest : requests_[request.behind].before) = request.before;
    request.before = request.behind = kNone;
    --server.waiting;
}

void EventServers::answer(std::uint32_t at, Instant now, Code seen, Cause cause, Shared& shared) {
    const Request& request = requests_[at];
    const Attempt& attempt = request.attempt;
    Server& server = servers_[request.server];
    --server.held;
    const Instant latency = now - attempt.arrived;
    shared.count(shared.ledger.page(server.version, attempt.id), request.server, attempt.id, attempt.arrived, latency,
                 shared.ledger.bucket(latency), seen, cause);
    if (shared.learns_of(attempt.id)) {
        if (server.reports_at < now) report_until(request.server, now, shared);
        server.reports_at = now;
        server.reports.push_back(
            {attempt.id, latency, attempt.balancer, seen == Code::k200, request.begun && request.updated < now});
    }
    shared.announce(attempt.id, attempt.arrived, attempt.call, request.server, attempt.balancer, seen, cause, now);
}

void EventServers::report_until(std::uint32_t index, Instant, Shared& shared) {
    std::vector<Report>& reports = servers_[index].reports;
    std::stable_sort(reports.begin(), reports.end(), [](const Report& a, const Report& b) {
        return a.begun_before != b.begun_before ? a.begun_before : a.begun_before && a.id < b.id;
    });
    for (const Report& report : reports) {
        shared.balancer.report(report.balancer, index, report.good, report.latency, servers_[index].reports_at);
    }
    reports.clear();
}

/// Brings the work that is left of those who share cores up to date.
void EventServers::work_on(Server& server, Instant now) {
    const double speed = std::min(1.0, cores_ / static_cast<double>(server.busy.size()));
    for (const std::uint32_t at : server.busy) {
        Request& request = requests_[at];
        request.remaining -= speed * static_cast<double>(now - request.updated);
        request.updated = now;
    }
}

/// After a change of how many share the cores: who ends first, and when.
void EventServers::share_cores(Server& server, Instant now, Shared& shared) {
    if (server.due != kNone) ++requests_[server.due].schedule;
    server.due = kNone;
    for (const std::uint32_t at : server.busy) {
        if (server.due == kNone || requests_[at].remaining < requests_[server.due].remaining) server.due = at;
    }
    if (server.due == kNone) return;
    Request& first = requests_[server.due];
    const double speed = std::min(1.0, cores_ / static_cast<double>(server.busy.size()));
    const auto wait = static_cast<Instant>(std::ceil(std::max(0.0, first.remaining) / speed));
    shared.agenda.push(now + wait, Happening::kServed, first.attempt.id, server.due, first.schedule);
}

void EventServers::kill(std::uint32_t index, Instant now, Cause cause, Shared& shared) {
    Server& dead = servers_[index];
    report_until(index, now, shared);
    std::vector<std::uint32_t> cut_off = dead.busy;
    for (std::uint32_t at = dead.oldest; at != kNone; at = requests_[at].behind) cut_off.push_back(at);
    std::sort(cut_off.begin(), cut_off.end(),
              [&](std::uint32_t a, std::uint32_t b) { return requests_[a].attempt.id < requests_[b].attempt.id; });
    for (const std::uint32_t at : cut_off) {
        if (!requests_[at].given_up) answer(at, now, Code::k503, cause, shared);
        report_until(index, now, shared);
        forget(at);
    }
    dead.busy.clear();
    dead.oldest = dead.newest = dead.due = kNone;
    dead.waiting = 0;
    dead.application = {};
    dead.trouble = {};
    dead.draining = false;
    ++dead.process;
    refuse(index, cause);
}

void EventServers::drain(std::uint32_t index, Instant now, Shared& shared) {
    Server& server = servers_[index];
    server.draining = true;
    if (server.busy.empty()) shared.agenda.push(now, Happening::kDrained, index, index, server.process);
}

std::uint32_t EventServers::outstanding(std::uint32_t index, std::uint8_t balancer, Instant, Shared&) {
    const Server& server = servers_[index];
    std::uint32_t held = 0;
    const auto count = [&](std::uint32_t at) {
        held += requests_[at].attempt.balancer == balancer && !requests_[at].given_up;
    };
    for (const std::uint32_t at : server.busy) count(at);
    for (std::uint32_t at = server.oldest; at != kNone; at = requests_[at].behind) count(at);
    return held;
}

Meter EventServers::take_application(std::uint32_t index) {
    const Meter taken = servers_[index].application;
    servers_[index].application = {};
    return taken;
}

std::int64_t EventServers::count_in_flight(Instant, const Shared&) const {
    std::int64_t count = 0;
    const auto waits = [&](std::uint32_t at) {
        return !requests_[at].given_up && !is_mirrored(requests_[at].attempt.id);
    };
    for (const Server& server : servers_) {
        for (std::uint32_t at = server.oldest; at != kNone; at = requests_[at].behind) count += waits(at);
        for (const std::uint32_t at : server.busy) count += waits(at);
    }
    return count;
}

std::uint32_t EventServers::keep(const Attempt& attempt) {
    const std::uint32_t at = requests_.take();
    Request& request = requests_[at];
    request = {.attempt = attempt, .life = request.life, .schedule = request.schedule};
    return at;
}

void EventServers::forget(std::uint32_t at) {
    ++requests_[at].life;
    ++requests_[at].schedule;
    requests_.give_back(at);
}

}  // namespace rollcast
