// The scripts that read: the marks, what a transaction has asked for, a page. Each answers of one moment.

import type { Script } from "./valkey-client.js";

/** Keys that one `MGET` asks for: Lua passes some thousands of arguments at most. */
const KEYS_AT_ONCE = 1000;

/**
 * `values(keys)`: what `MGET` says of many keys, in order.
 *
 * Keys whose names come out of other keys can't be declared. While a Cluster moves the slot, the node that gets it
 * answers "not there" for a single key that is still elsewhere, and a session would seem to have ended. Asked for together
 * with the marks, which are always there, the server answers with an error instead, and the client waits.
 */
const VALUES = `
local marks = KEYS[1]
local function values(keys)
  local all = {}
  for from = 1, #keys, ${KEYS_AT_ONCE} do
    local to = math.min(from + ${KEYS_AT_ONCE} - 1, #keys)
    local found = redis.call('MGET', marks, unpack(keys, from, to))
    for number = 2, to - from + 2 do all[#all + 1] = found[number] end
  end
  return all
end
-- Oid by oid: its stored value, record and last use.
local function cookies(start, oids)
  local names = {}
  for number, oid in ipairs(oids) do names[number] = start .. ':o:' .. oid end
  local stored = values(names)
  local keys = {}
  for _, value in ipairs(stored) do
    if value then
      keys[#keys + 1] = start .. ':c:' .. value
      keys[#keys + 1] = start .. ':u:' .. value
    end
  end
  local found, at, all = values(keys), 0, {}
  for number, value in ipairs(stored) do
    if value then
      local record = found[at + 1]
      -- MGET says "not there" of a key that is no string: as a record without bytes it is damage, and no log-out.
      if not record and redis.call('EXISTS', keys[at + 1]) == 1 then record = '' end
      all[number] = {value, record, found[at + 2]}
      at = at + 2
    else
      all[number] = {false, false, false}
    end
  end
  return all
end`;

/**
 * KEYS: marks, oids, expiries. Answers: layout, values, clock, version, change, and how many cookies and expiries there are.
 */
export const MARKS_SCRIPT: Script = {
  name: "marks",
  source: `
local found = redis.call('HMGET', KEYS[1], 'layout', 'values', 'clock', 'version', 'change')
return {found[1], found[2], found[3], found[4], found[5], redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3])}`,
};

/**
 * KEYS: marks, then one for each want. ARGV: start of the names, then `value`, `oid` or `user` and the rest of the name
 * for each want. Answers: the clock, then for a value {record, use}; for an oid {stored value, record, use}; for a user a
 * list of {oid, stored value, record, use}.
 */
export const READ_SCRIPT: Script = {
  name: "read",
  source: `${VALUES}
local start = ARGV[1]
local answers = {redis.call('HGET', marks, 'clock')}
for number = 2, #KEYS do
  local kind, name = ARGV[2 * number - 2], ARGV[2 * number - 1]
  if kind == 'value' then
    answers[number] = values({KEYS[number], start .. ':u:' .. name})
  elseif kind == 'oid' then
    answers[number] = cookies(start, {name})[1]
  else
    local oids = redis.call('ZRANGE', KEYS[number], 0, -1)
    local members = cookies(start, oids)
    for at, oid in ipairs(oids) do table.insert(members[at], 1, oid) end
    answers[number] = members
  end
end
return answers`,
};

/** KEYS: marks. ARGV: start of the names, oids. Answers: for each {stored value, record, use}. */
export const COOKIES_SCRIPT: Script = {
  name: "cookies",
  source: `${VALUES}
local oids = {}
for number = 2, #ARGV do oids[number - 1] = ARGV[number] end
return cookies(ARGV[1], oids)`,
};

/**
 * KEYS: marks, the index. ARGV: start of the names, range from and to (as of `ZRANGE … BYLEX`), how many entries, where the
 * oid begins in an entry. Answers: for each entry {entry, stored value, record, use}.
 */
export const PAGE_SCRIPT: Script = {
  name: "page",
  source: `${VALUES}
local start, from, to, limit, oidAt = unpack(ARGV)
local entries = redis.call('ZRANGE', KEYS[2], from, to, 'BYLEX', 'LIMIT', 0, limit)
local oids = {}
for number, entry in ipairs(entries) do oids[number] = string.sub(entry, oidAt, oidAt + 35) end
local page = cookies(start, oids)
for number, entry in ipairs(entries) do table.insert(page[number], 1, entry) end
return page`,
};

/**
 * KEYS: marks, changes. ARGV: number and token of a change, how many at most. Answers: version, change, then the oids of
 * each commit since, as one text; or nothing where it can't be told: the change is another's (after a failover) or has
 * left the stream.
 */
export const CHANGES_SCRIPT: Script = {
  name: "changes",
  source: `
local number, token, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local entries = redis.call('XRANGE', KEYS[2], number .. '-0', '+', 'COUNT', most + 2)
if #entries == 0 or #entries > most + 1 then return {} end
if entries[1][1] ~= number .. '-0' or entries[1][2][1] ~= token then return {} end
local marks = redis.call('HMGET', KEYS[1], 'version', 'change')
local answer = {marks[1], marks[2]}
for at = 2, #entries do answer[#answer + 1] = entries[at][2][2] end
return answer`,
};
