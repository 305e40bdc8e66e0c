// The scripts of a verification: each looks at keys that belong together, at one moment.

import type { Script } from "../valkey-client.js";

/** KEYS: marks, oids, expiries, changes. Answers: their types, all fields of the marks, cookies, expiries, ms since 1970. */
export const OVERVIEW_SCRIPT: Script = {
  name: "verify overview",
  source: `
local types = {}
for number, key in ipairs(KEYS) do types[number] = redis.call('TYPE', key).ok end
local function count(number) return types[number] == 'zset' and redis.call('ZCARD', KEYS[number]) or 0 end
local marks = types[1] == 'hash' and redis.call('HGETALL', KEYS[1]) or {}
local time = redis.call('TIME')
return {types, marks, count(2), count(3), time[1] * 1000 + math.floor(time[2] / 1000)}`,
};

/**
 * KEYS: marks. ARGV: start of the names, pattern of all names, cursor, how many to look at.
 * Answers: next cursor, then for each key {name, type, when it expires in ms (-1: never)} and for a record: its bytes; for
 * a last use: its bytes, 1 if there is a record, when that expires; for an oid: the value, the record under it.
 *
 * A key may come twice when the server makes its table anew meanwhile; none is left out that is there all the time.
 */
export const SCAN_SCRIPT: Script = {
  name: "verify scan",
  source: `
local marks = KEYS[1]
local start, pattern, cursor, count = unpack(ARGV)
-- With the marks: while a Cluster moves the slot, the server then answers with an error instead of "not there".
local function get(name) return redis.call('MGET', marks, name)[2] end
local page = redis.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', count)
local keys = {}
for _, key in ipairs(page[2]) do
  local kind = redis.call('TYPE', key).ok
  local letter, rest = string.sub(key, #start + 1, #start + 3), string.sub(key, #start + 4)
  local found = {key, kind, redis.call('PEXPIRETIME', key)}
  if kind == 'string' and letter == ':c:' then
    found[4] = redis.call('GET', key)
  elseif kind == 'string' and letter == ':u:' then
    local record = start .. ':c:' .. rest
    found[4] = redis.call('GET', key)
    found[5] = get(record) and 1 or 0
    found[6] = redis.call('PEXPIRETIME', record)
  elseif kind == 'string' and letter == ':o:' then
    found[4] = redis.call('GET', key)
    found[5] = get(start .. ':c:' .. found[4])
  end
  if kind ~= 'none' then keys[#keys + 1] = found end
end
return {page[1], keys}`,
};

/**
 * KEYS: marks, oids, expiries. ARGV: start of the names, then for each record its stored value, SHA-1 of the bytes that
 * were seen, oid, hash of the authid or empty, entry by expiry or empty.
 * Answers for each: the bytes if they are others now (nil: it is gone), else 1; then the value that the oid leads to, the
 * record there if that is another value, 1 or 0 for the entries of all oids, by user and by expiry, and when the record,
 * its oid and its last use expire (-2: there is none).
 */
export const JUDGE_SCRIPT: Script = {
  name: "verify records",
  source: `
local marks, oids, expiries = KEYS[1], KEYS[2], KEYS[3]
local start = ARGV[1]
local function get(name) return redis.call('MGET', marks, name)[2] end
local function has(key, member)
  return redis.call('TYPE', key).ok == 'zset' and redis.call('ZSCORE', key, member) and 1 or 0
end
local answers = {}
for at = 2, #ARGV, 5 do
  local value, seen, oid, user, entry = unpack(ARGV, at, at + 4)
  local name, oidName = start .. ':c:' .. value, start .. ':o:' .. oid
  local record, leadsTo = get(name), get(oidName)
  answers[#answers + 1] = {
    record and redis.sha1hex(record) == seen and 1 or record,
    leadsTo,
    leadsTo and leadsTo ~= value and get(start .. ':c:' .. leadsTo),
    has(oids, oid),
    user == '' and 1 or has(start .. ':a:' .. user, oid),
    entry == '' and 1 or has(expiries, entry),
    redis.call('PEXPIRETIME', name),
    redis.call('PEXPIRETIME', oidName),
    redis.call('PEXPIRETIME', start .. ':u:' .. value),
  }
end
return answers`,
};
