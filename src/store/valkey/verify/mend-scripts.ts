// The scripts of a repair: each looks again, and changes only what is still as it was judged.

import { GRACE_MS } from "../commit-script.js";
import type { Script } from "../valkey-client.js";

/**
 * Adds what a record lacks, if the record is still the one that was judged. KEYS: marks, oids, expiries. ARGV: start of
 * the names, then for each record: as for the judgement, when its own time is over in ms or empty (never), and the SHA-1 of
 * the record that its oid leads to instead, which isn't of this oid, or empty. Answers: entries added, TTLs set.
 */
export const MEND_RECORDS_SCRIPT: Script = {
  name: "mend records",
  source: `
local marks, oids, expiries = KEYS[1], KEYS[2], KEYS[3]
local start = ARGV[1]
local function typeOf(key) return redis.call('TYPE', key).ok end
local function get(name) return redis.call('MGET', marks, name)[2] end
local function sha(bytes) return bytes and redis.sha1hex(bytes) or '' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local added, timed = 0, 0
local function add(key, member)
  local kind = typeOf(key)
  if kind == 'zset' or kind == 'none' then added = added + redis.call('ZADD', key, 0, member) end
end
local function expire(key, over)
  local at = redis.call('PEXPIRETIME', key)
  if at == -2 then return end
  if over == '' then timed = timed + redis.call('PERSIST', key)
  elseif at == -1 or at < tonumber(over) then
    local deadline = string.format('%.0f', math.max(tonumber(over), now) + ${GRACE_MS})
    timed = timed + redis.call('PEXPIREAT', key, deadline)
  end
end
for at = 2, #ARGV, 7 do
  local value, seen, oid, user, entry, over, other = unpack(ARGV, at, at + 6)
  local name, oidName = start .. ':c:' .. value, start .. ':o:' .. oid
  if sha(get(name)) == seen then
    local kind = typeOf(oidName)
    local leadsTo = kind == 'string' and get(oidName)
    if kind == 'none' or leadsTo and leadsTo ~= value and sha(get(start .. ':c:' .. leadsTo)) == other then
      redis.call('SET', oidName, value)
      added = added + 1
    end
    add(oids, oid)
    if user ~= '' then add(start .. ':a:' .. user, oid) end
    if entry ~= '' then add(expiries, entry) end
    expire(name, over)
    expire(oidName, over)
    expire(start .. ':u:' .. value, over)
  end
end
return {added, timed}`,
};

/**
 * Removes entries that are of no record, if what they lead to is still what was judged, or nothing. KEYS: marks. ARGV: start of the
 * names, then for each: kind, key, entry, oid, SHA-1 of the value that the oid leads to and of the record there (empty
 * for none). Kinds: `member` of a sorted set; `malformed` member, removed in any case; `oid`, the key itself; `use`, the
 * key itself, whose bytes have the first SHA-1, and which becomes `entry` if that isn't empty.
 * Answers: entries removed, uses mended. No record is ever removed.
 */
export const MEND_ENTRIES_SCRIPT: Script = {
  name: "mend entries",
  source: `
local marks = KEYS[1]
local start = ARGV[1]
local function get(name) return redis.call('MGET', marks, name)[2] end
local function sha(bytes) return bytes and redis.sha1hex(bytes) or '' end
local removed, uses = 0, 0
for at = 2, #ARGV, 6 do
  local kind, key, entry, oid, value, record = unpack(ARGV, at, at + 5)
  if kind == 'use' then
    if sha(get(key)) == value then
      uses = uses + 1
      if entry == '' then redis.call('DEL', key) else redis.call('SET', key, entry, 'KEEPTTL') end
    end
  elseif kind == 'malformed' then
    removed = removed + redis.call('ZREM', key, entry)
  else
    local leadsTo = get(start .. ':o:' .. oid)
    local found = leadsTo and get(start .. ':c:' .. leadsTo)
    -- What leads to no record is of none, whatever has been mended meanwhile.
    if not found or (sha(leadsTo) == value and sha(found) == record) then
      removed = removed + (kind == 'oid' and redis.call('DEL', key) or redis.call('ZREM', key, entry))
    end
  end
end
return {removed, uses}`,
};
