// The script that makes a whole transaction, or nothing of it: compares what was read with what is there, then changes.

import type { Script } from "./valkey-client.js";
import { LAYOUT } from "./valkey-keys.js";

/** A record stays so long after its own expiry, in ms: by then a purge has ended the session with its event. */
export const GRACE_MS = 3_600_000;
/** So long a commit is recognised when it is sent again, in ms; far longer than a client sends it again. */
const TOKEN_MS = 60_000;
/** How far a machine's clock may be ahead of the server's, in ms. */
const AHEAD_MS = 600_000;
/** Commits whose changes are told afterwards, at least; who saw none of them looks at everything. */
const CHANGES_KEPT = 10_000;
/** Entries of records that only their TTL removed that each commit takes out of the indexes. */
const PRUNED_AT_MOST = 16;

/**
 * Removes up to `most` entries of records that are gone, from the front of the index by expiry. In the order user, oids,
 * expiries, so that an entry is found again if this ends half way.
 *
 * Whether a record is gone is asked together with the marks, which are always there: while a Cluster moves the slot, the
 * server then answers with an error instead of with "not there" for a key that is still elsewhere.
 */
const PRUNE = `
local function prune(start, marks, oids, expiries, before, most)
  local removed = 0
  for _, entry in ipairs(redis.call('ZRANGE', expiries, '-', '(' .. before, 'BYLEX', 'LIMIT', 0, most)) do
    local oid = string.sub(entry, 22, 57)
    if redis.call('EXISTS', start .. ':o:' .. oid, marks) == 1 then
      local user = string.sub(entry, 59)
      if user ~= '' then redis.call('ZREM', start .. ':a:' .. user, oid) end
      redis.call('ZREM', oids, oid)
      redis.call('ZREM', expiries, entry)
      removed = removed + 1
    end
  end
  return removed
end`;

/**
 * KEYS: marks, oids, expiries, commit, changes, then those that ARGV names by their number (0: none).
 * ARGV: start of the names, token, `values`, the latest clock that the transaction bears, clock raised to (each 20 digits or empty), number of
 * expectations, number of changes; then the expectations and the changes, as they are taken below.
 *
 * All keys are declared, so that a Cluster that moves the slot refuses the whole script before it begins. Everything
 * that can fail is done before the first change: a script isn't undone.
 */
export const COMMIT_SCRIPT: Script = {
  name: "commit",
  isWritten: (reply) => Array.isArray(reply) && String(reply[0]) === "made",
  source: `${PRUNE}
local marks, oids, expiries, commit, log = unpack(KEYS, 1, 5)
local at = 0
local function take() at = at + 1; return ARGV[at] end
local function takeKey() return KEYS[tonumber(take())] end

local start, token, values, latest, raised = take(), take(), take(), take(), take()
local expectations, changes = tonumber(take()), tonumber(take())

-- Sent again, since its answer was lost: it was made.
-- It writes all the same: WAIT on a connection that has written nothing would confirm at once. Only then: after its first
-- write a script is no longer refused by a server whose memory is full.
if redis.call('EXISTS', commit) == 1 then
  redis.call('PEXPIRE', commit, ${TOKEN_MS})
  return {'made'}
end

local layout, storedValues, clock = unpack(redis.call('HMGET', marks, 'layout', 'values', 'clock'))
local count = redis.call('ZCARD', oids)
redis.call('ZCARD', expiries)
redis.call('XLEN', log)
-- Cookies without marks: whether their values are hashed can't be known.
if (layout and layout ~= '${LAYOUT}') or (not layout and count > 0) then return {'layout'} end
if storedValues and storedValues ~= values then return {'values'} end

-- The transaction has judged by a time: if that is long before the store's, it begins again with the store's.
clock = clock or ''
if latest ~= '' and clock > latest then return {'clock', clock} end

for number = 1, expectations do
  local kind, key, digest = take(), takeKey(), take()
  local found
  if kind == 'members' then found = table.concat(redis.call('ZRANGE', key, 0, -1))
  else found = redis.call('GET', key) end
  if (found and redis.sha1hex(found) or '') ~= digest then return {'conflict', number} end
end
if changes == 0 and raised == '' then return {'made'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- One machine with a wrong clock would end everybody's sessions.
local limit = string.format('%014.0f', now + ${AHEAD_MS}) .. '000000'
if raised > clock and raised > limit then return {'ahead', limit} end

-- Taken from ARGV, with the last uses that move, before anything is changed.
local list, changed = {}, {}
for number = 1, changes do
  local change = {
    oid = take(), oidKey = takeKey(), oldRecord = takeKey(), oldUse = takeKey(), oldUser = takeKey(), oldExpiry = take(),
    newRecord = takeKey(), newUse = takeKey(), newUser = takeKey(), newExpiry = take(),
    record = take(), expiryMs = take(), isKept = take() == '1', use = take(),
  }
  if change.oldUser then redis.call('ZCARD', change.oldUser) end
  if change.newUser then redis.call('ZCARD', change.newUser) end
  if change.isKept and change.oldUse then change.use = redis.call('GET', change.oldUse) or '' end
  if change.expiryMs ~= '' then
    change.deadline = string.format('%.0f', math.max(tonumber(change.expiryMs), now) + ${GRACE_MS})
  elseif change.record == '' and change.newRecord then
    -- Only the use changes: it goes when its record goes.
    local deadline = redis.call('PEXPIRETIME', change.newRecord)
    if deadline > 0 then change.deadline = string.format('%.0f', deadline) end
  end
  if change.record ~= '' or not change.newRecord then changed[#changed + 1] = change.oid end
  list[number] = change
end

-- The number of the change is its entry's, so that a gap shows; the token tells this commit from one that a failover has
-- lost. Where the mark is behind the entries, or gone, it goes on after them.
local change
if #changed > 0 then
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  local told = tonumber(string.match(redis.call('HGET', marks, 'change') or '', '^%d+')) or 0
  local written = last and tonumber(string.match(last[1], '^%d+')) or 0
  change = string.format('%.0f', math.max(told, written) + 1)
end

local function store(key, bytes, deadline)
  if deadline then redis.call('SET', key, bytes, 'PXAT', deadline) else redis.call('SET', key, bytes) end
end

-- First all that goes, then all that comes: two records may have exchanged their values.
for _, change in ipairs(list) do
  if change.oldRecord and (change.record ~= '' or not change.newRecord) then
    redis.call('DEL', change.oldRecord, change.oldUse)
    if not change.newRecord then
      redis.call('DEL', change.oidKey)
      redis.call('ZREM', oids, change.oid)
    end
    if change.oldUser and change.oldUser ~= change.newUser then redis.call('ZREM', change.oldUser, change.oid) end
    if change.oldExpiry ~= '' and change.oldExpiry ~= change.newExpiry then
      redis.call('ZREM', expiries, change.oldExpiry)
    end
  end
end
for _, change in ipairs(list) do
  if change.newRecord and change.record ~= '' then
    store(change.newRecord, change.record, change.deadline)
    store(change.oidKey, string.sub(change.newRecord, #start + 4), change.deadline)
    redis.call('ZADD', oids, 0, change.oid)
    if change.newUser then redis.call('ZADD', change.newUser, 0, change.oid) end
    if change.newExpiry ~= '' then redis.call('ZADD', expiries, 0, change.newExpiry) end
    -- What a record that is gone from here has left behind is no use of this one.
    if change.use == '' then redis.call('DEL', change.newUse) end
  end
  if change.newRecord and change.use ~= '' then store(change.newUse, change.use, change.deadline) end
end

if raised > clock then clock = raised end
redis.call('HSET', marks, 'layout', '${LAYOUT}', 'values', values, 'version', token)
if clock ~= '' then redis.call('HSET', marks, 'clock', clock) end
if change then
  redis.call('XADD', log, 'MAXLEN', '~', ${CHANGES_KEPT}, change .. '-0', token, table.concat(changed, ' '))
  redis.call('HSET', marks, 'change', change .. '.' .. token)
end
redis.call('SET', commit, '1', 'PX', ${TOKEN_MS})

-- The commit is made: what is swept beside it must not fail it.
local before = string.format('%014.0f', now - ${GRACE_MS}) .. '000000'
pcall(prune, start, marks, oids, expiries, before, ${PRUNED_AT_MOST})
return {'made'}`,
};

/**
 * One step of a sweep through one index, which removes the entries of records that are gone. KEYS: marks, oids, expiries.
 * ARGV: start of the names, `expiries` or `oids`, the entry to go on after or empty, how many to look at.
 * Answers: how many were looked at, how many removed, the last entry.
 */
export const SWEEP_SCRIPT: Script = {
  name: "sweep",
  source: `
local marks, oids, expiries = KEYS[1], KEYS[2], KEYS[3]
local start, index, after, most = unpack(ARGV)
local key = index == 'expiries' and expiries or oids
local from = after == '' and '-' or '(' .. after
local entries = redis.call('ZRANGE', key, from, '+', 'BYLEX', 'LIMIT', 0, most)
local removed = 0
for _, entry in ipairs(entries) do
  local oid = index == 'expiries' and string.sub(entry, 22, 57) or entry
  -- Together with the marks: see the commit.
  if redis.call('EXISTS', start .. ':o:' .. oid, marks) == 1 then
    if index == 'expiries' then
      local user = string.sub(entry, 59)
      if user ~= '' then redis.call('ZREM', start .. ':a:' .. user, oid) end
    end
    redis.call('ZREM', key, entry)
    removed = removed + 1
  end
end
return {#entries, removed, entries[#entries] or ''}`,
};
