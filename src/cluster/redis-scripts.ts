import { script } from "../redis/redis.ts";
import { DEPARTED_MS, UNFINISHED_MS } from "./types.ts";

/*
 * Of the processes: `leases`, a sorted set of boots by the end of their lease; hashes by boot with what a process says of itself
 * (`who`), of its load (`load`), when it joined (`since`) and whether it drains (`drains`); `names`, boots by the name that they hold;
 * `reserved`, a sorted set of reservations by their end, each `<boot> <id> <weight as JSON>`; `fresh`, there while nobody may have been told
 * of all rooms; `spared`, the end of the leases that were prolonged last; `terms`, since when each lease is held;
 * `departed`, boots that are gone and of whose rooms something may be left. Of a room: a hash, which ends by itself until the room runs. All times are Redis' own.
 */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function text(number) return string.format('%.0f', number) end
`;

const DEPART = `
local function depart(boot, name)
  redis.call('ZREM', KEYS[1], boot)
  for i = 2, 5 do redis.call('HDEL', KEYS[i], boot) end
  redis.call('HDEL', KEYS[10], boot)
  if name and redis.call('HGET', KEYS[6], name) == boot then redis.call('HDEL', KEYS[6], name) end
  redis.call('SADD', KEYS[11], boot)
end
`;

/**
 * KEYS leases, who, load, since, drains, names, reserved, fresh, spared, terms, departed. ARGV boot, name, identity, report or "", drains (1 or 0), lease in
 * ms, time in ms for which a store is fresh, then the settled reservations. Gives HELD, since when the lease is held, the time, for how long
 * the store is fresh, some of the departed as one text, when the lease ends that was renewed longest ago, and for each that lives: identity, report, since, drains; then the word RESERVED and the reservations. Or TAKEN and the
 * boot that holds the name.
 */
export const RENEW = script(`${NOW}${DEPART}
local boot, name, lease = ARGV[1], ARGV[2], tonumber(ARGV[6])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
if not last then
  redis.call('SET', KEYS[8], '1', 'PX', ARGV[7])
elseif tonumber(last) <= now and redis.call('GET', KEYS[9]) ~= last then
  -- All have run out; those of whom none would, had it gone on, are prolonged once.
  for _, spared in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(tonumber(last) - lease), '+inf')) do
    redis.call('ZADD', KEYS[1], text(now + lease), spared)
  end
  redis.call('SET', KEYS[9], text(now + lease))
end
local holder = redis.call('HGET', KEYS[6], name)
if holder and holder ~= boot and tonumber(redis.call('ZSCORE', KEYS[1], holder) or 0) > now then return {'TAKEN', holder} end
local ended = tonumber(redis.call('ZSCORE', KEYS[1], boot) or 0)
redis.call('ZADD', KEYS[1], text(now + lease), boot)
redis.call('HSET', KEYS[6], name, boot)
redis.call('HSET', KEYS[2], boot, ARGV[3])
redis.call('HSETNX', KEYS[4], boot, text(now))
redis.call('HSET', KEYS[5], boot, ARGV[5])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[3], boot, ARGV[4]) end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(now - ${DEPARTED_MS}))) do
  local who = redis.call('HGET', KEYS[2], gone)
  depart(gone, who and cjson.decode(who).nodeId)
end
redis.call('SREM', KEYS[11], boot)
if ended <= now then redis.call('HSET', KEYS[10], boot, text(now)) end
redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', text(now))
if #ARGV > 7 then
  local settled = {}
  for i = 8, #ARGV do settled[ARGV[i]] = true end
  for _, member in ipairs(redis.call('ZRANGE', KEYS[7], 0, -1)) do
    local of, id = string.match(member, '^(%S+) (%S+)')
    if of == boot and settled[id] then redis.call('ZREM', KEYS[7], member) end
  end
end
local reply = {'HELD', redis.call('HGET', KEYS[10], boot), text(now), text(math.max(0, redis.call('PTTL', KEYS[8]))),
  table.concat(redis.call('SRANDMEMBER', KEYS[11], 16), ' ')}
reply[#reply + 1] = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
local boots = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(now), '+inf')
if #boots > 0 then
  local who, load = redis.call('HMGET', KEYS[2], unpack(boots)), redis.call('HMGET', KEYS[3], unpack(boots))
  local since, drains = redis.call('HMGET', KEYS[4], unpack(boots)), redis.call('HMGET', KEYS[5], unpack(boots))
  for i = 1, #boots do
    for _, value in ipairs({who[i], load[i] or '', since[i], drains[i]}) do reply[#reply + 1] = value end
  end
end
reply[#reply + 1] = 'RESERVED'
for _, reserved in ipairs(redis.call('ZRANGE', KEYS[7], 0, -1)) do reply[#reply + 1] = reserved end
return reply
`);

/** KEYS as of RENEW. ARGV boot, name. */
export const LEAVE = script(`${DEPART}
depart(ARGV[1], ARGV[2])
return {'OK'}
`);

/** KEYS departed. ARGV boot. */
export const BURY = script(`
redis.call('SREM', KEYS[1], ARGV[1])
return {'OK'}
`);

/** KEYS leases. ARGV boot. Gives OK, or GONE; where all have run out none is gone yet, as the first to renew may prolong them. */
export const LIVES = script(`${NOW}
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0)
local last = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or 0)
return {(ends > now or (ends > 0 and last <= now)) and 'OK' or 'GONE'}
`);

/** KEYS leases, drains, reserved. ARGV boot, reservation, how long it counts in ms. Gives OK, or GONE. */
export const RESERVE = script(`${NOW}
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) <= now then return {'GONE'} end
if redis.call('HGET', KEYS[2], ARGV[1]) == '1' then return {'GONE'} end
redis.call('ZADD', KEYS[3], text(now + tonumber(ARGV[3])), ARGV[1] .. ' ' .. ARGV[2])
return {'OK'}
`);

const ROW = `
local function row() return redis.call('HMGET', KEYS[1], 'name', 'boot', 'node', 'inner', 'outer', 'epoch', 'attempt', 'state', 'at') end
local function answer(status)
  local reply = row()
  table.insert(reply, 1, status)
  return reply
end
local function endsUnlessItRuns() redis.call('PEXPIRE', KEYS[1], ${UNFINISHED_MS}) end
local function isFree(state, at)
  return not state or (state == 'offered' and now >= tonumber(at) + tonumber(ARGV[6]))
end
`;

/** KEYS room. ARGV name, boot, node, internal and public address of who is to have it, how long an offer stands in ms, expected epoch and attempt or "", "". Gives the record. */
export const OFFER = script(`${NOW}${ROW}
local epoch, attempt, state, at = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'attempt', 'state', 'at'))
if not isFree(state, at) and not (epoch == ARGV[7] and attempt == ARGV[8]) then return answer('ROW') end
redis.call('HSET', KEYS[1], 'name', ARGV[1], 'boot', ARGV[2], 'node', ARGV[3], 'inner', ARGV[4], 'outer', ARGV[5],
  'epoch', epoch or '0', 'attempt', text(tonumber(attempt or 0) + 1), 'state', 'offered', 'at', text(now))
endsUnlessItRuns()
return answer('ROW')
`);

/** KEYS room. ARGV boot, attempt. Gives the record where it is claimed, else NONE. */
export const CLAIM = script(`${NOW}${ROW}
local boot, epoch, attempt, state = unpack(redis.call('HMGET', KEYS[1], 'boot', 'epoch', 'attempt', 'state'))
if boot ~= ARGV[1] or attempt ~= ARGV[2] then return {'NONE'} end
-- The same call again, whose first answer was lost.
if state == 'starting' then return answer('ROW') end
if state ~= 'offered' then return {'NONE'} end
redis.call('HSET', KEYS[1], 'epoch', text(math.max(tonumber(epoch) + 1, now)), 'state', 'starting')
endsUnlessItRuns()
return answer('ROW')
`);

/** KEYS room. ARGV as of OFFER, without what is expected. Gives the record. */
export const TAKE = script(`${NOW}${ROW}
local epoch, attempt, state, at = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'attempt', 'state', 'at'))
if not isFree(state, at) then return answer('ROW') end
redis.call('HSET', KEYS[1], 'name', ARGV[1], 'boot', ARGV[2], 'node', ARGV[3], 'inner', ARGV[4], 'outer', ARGV[5],
  'epoch', text(math.max(tonumber(epoch or 0) + 1, now)), 'attempt', text(tonumber(attempt or 0) + 1), 'state', 'starting', 'at', text(now))
endsUnlessItRuns()
return answer('ROW')
`);

const MINE = `
local boot, epoch, state = unpack(redis.call('HMGET', KEYS[1], 'boot', 'epoch', 'state'))
if boot ~= ARGV[1] or epoch ~= ARGV[2] or state == 'offered' then return {'NONE'} end
`;

/** KEYS room. ARGV boot, epoch. Gives OK, or NONE where it is not its owner's. */
export const CONFIRM = script(`${MINE}
redis.call('HSET', KEYS[1], 'state', 'running')
redis.call('PERSIST', KEYS[1])
return {'OK'}
`);

/** KEYS room. ARGV boot, epoch. Gives OK, or NONE as above. An offer that expects the record as it was comes too late afterwards. */
export const RECLAIM = script(`${MINE}
redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSET', KEYS[1], 'state', 'running')
redis.call('PERSIST', KEYS[1])
return {'OK'}
`);

/**
 * KEYS room. ARGV boot, epoch and attempt that are expected, then boot, node, internal and public address of who is to have the room. Gives
 * the record, which is the new owner's where it was as expected.
 */
export const TRANSFER = script(`${NOW}${ROW}
local boot, epoch, attempt, state = unpack(redis.call('HMGET', KEYS[1], 'boot', 'epoch', 'attempt', 'state'))
if boot == ARGV[1] and epoch == ARGV[2] and attempt == ARGV[3] and state == 'running' then
  redis.call('HSET', KEYS[1], 'boot', ARGV[4], 'node', ARGV[5], 'inner', ARGV[6], 'outer', ARGV[7],
    'epoch', text(math.max(tonumber(epoch) + 1, now)), 'attempt', text(tonumber(attempt) + 1))
end
return answer('ROW')
`);

/** KEYS room. ARGV boot, epoch. Gives OK, or NONE. */
export const RELEASE = script(`${MINE}
redis.call('DEL', KEYS[1])
return {'OK'}
`);

/** KEYS room. ARGV boot, epoch, attempt. The record ends some time later. Gives OK, or NONE where it is another by now. */
export const DISOWN = script(`
local boot, epoch, attempt = unpack(redis.call('HMGET', KEYS[1], 'boot', 'epoch', 'attempt'))
if boot ~= ARGV[1] or epoch ~= ARGV[2] or attempt ~= ARGV[3] then return {'NONE'} end
redis.call('PEXPIRE', KEYS[1], ${UNFINISHED_MS})
return {'OK'}
`);

/** KEYS secret. ARGV proposal. Gives the secret. */
export const SECRET = script(`
redis.call('SETNX', KEYS[1], ARGV[1])
return {redis.call('GET', KEYS[1])}
`);
