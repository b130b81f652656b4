import { type Script, script as scriptOf } from "../redis/redis.ts";

/**
 * What a write came to: done; another writer has the log; what this writer had written is no longer all there; there is
 * something else at that place.
 */
export type WriteStatus = "OK" | "FENCED" | "LOST" | "TAKEN";

/*
 * The head of a log is a hash: `owner` (the writer's epoch), `by` (the opening that took it), `epoch` (of the history),
 * `run` (the Redis process in which it was opened last), `gen` (generation of the data in which it was opened last), `last` (seq of the last entry), `snap` (seq of the snapshot),
 * `index` (see segments.ts), `cut` (the last cut). The batches are a stream whose ids are `<from>-<to>`, so that Redis too refuses what is
 * out of order; a snapshot that is history is a text of its own. In each script the first write is one that Redis refuses or does: a script that
 * ends with an error has written nothing.
 */
const SHARED = `
local function text(number) return string.format('%.0f', number) end
local function refusal(owner, mine)
  owner, mine = tonumber(owner or 0), tonumber(mine)
  if owner < mine then return 'LOST' end
  if owner > mine then return 'FENCED' end
end
`;

/**
 * KEYS head. ARGV owner's epoch or "", name of this opening, the time, generation of the data.
 * Gives OK, owner's epoch, epoch, last; or FENCED. An opening that comes again is answered as it was.
 *
 * The history begins a new epoch where it may have forked: also in a Redis process other than that in which it was opened
 * last. That may have lost its last second, have been a replica that was behind, or have been started from a backup.
 */
export const OPEN = script(`
local owner, by, epoch, run, last, of = unpack(redis.call('HMGET', KEYS[1], 'owner', 'by', 'epoch', 'run', 'last', 'gen'))
if by == ARGV[2] then return {'OK', owner, epoch, last} end
local held = tonumber(owner or 0)
local mine = ARGV[1] == '' and held + 1 or tonumber(ARGV[1])
if mine <= held then return {'FENCED'} end
local info = redis.pcall('INFO', 'server')
local here = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
local generation = tonumber(ARGV[4])
if not epoch or run ~= here or tonumber(of or 0) < generation then
  epoch = text(math.max(tonumber(epoch or 0) + 1, tonumber(ARGV[3])))
end
last = last or '0'
redis.call('HSET', KEYS[1], 'owner', text(mine), 'by', ARGV[2], 'epoch', epoch, 'run', here, 'last', last,
  'gen', text(math.max(tonumber(of or 0), generation)))
return {'OK', text(mine), epoch, last}
`);

/** KEYS generation. ARGV whether the data was put back from a backup (1 or 0). Gives the generation. */
export const GENERATION = script(`
if ARGV[1] == '1' then return {tostring(redis.call('INCR', KEYS[1]))} end
return {redis.call('GET', KEYS[1]) or '0'}
`);

/** KEYS head, batches. ARGV owner's epoch, from, to, bytes. Gives a status and last. */
export const APPEND = script(`
local owner, last = unpack(redis.call('HMGET', KEYS[1], 'owner', 'last'))
local refused = refusal(owner, ARGV[1])
if refused then return {refused} end
local from = tonumber(ARGV[2])
if from <= tonumber(last) then
  local kept = redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2])[1]
  if not kept or kept[1] ~= ARGV[2] .. '-' .. ARGV[3] or kept[2][2] ~= ARGV[4] then return {'TAKEN', last} end
  -- A write, for a WAITAOF on this connection to wait for: what it repeats came over another one.
  redis.call('HSET', KEYS[1], 'last', last)
  return {'OK', last}
end
if from > tonumber(last) + 1 then return {'LOST'} end
redis.call('XADD', KEYS[2], ARGV[2] .. '-' .. ARGV[3], 'b', ARGV[4])
redis.call('HSET', KEYS[1], 'last', ARGV[3])
return {'OK', ARGV[3]}
`);

/**
 * KEYS head, batches, snapshot, where the snapshot that is replaced goes, snapshots to drop. ARGV owner's epoch, seq, bytes, first
 * seq to keep, seq of the snapshot that is replaced where it is kept or "", index. Gives a status and last.
 */
export const COMPACT = script(`
local owner, last, snap = unpack(redis.call('HMGET', KEYS[1], 'owner', 'last', 'snap'))
local refused = refusal(owner, ARGV[1])
if refused then return {refused} end
local seq, keep = tonumber(ARGV[2]), tonumber(ARGV[4])
if seq < tonumber(snap or 0) then return {'TAKEN', last} end
if seq > tonumber(last) then
  if last ~= '0' then return {'LOST'} end
  last = ARGV[2]
end
local least = ARGV[4] .. '-0'
local before = redis.call('XREVRANGE', KEYS[2], ARGV[4], '-', 'COUNT', 1)[1]
if before and tonumber(string.match(before[1], '%d+$')) >= keep then least = before[1] end
-- First what frees memory: a script that has written may go on where memory is full.
redis.call('XTRIM', KEYS[2], 'MINID', '=', least)
for i = 5, #KEYS do redis.call('DEL', KEYS[i]) end
-- Where it comes again, the snapshot is the new one already.
if snap == ARGV[5] and redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[4]) end
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], 'snap', ARGV[2], 'last', last, 'index', ARGV[6])
return {'OK', last}
`);

/** KEYS head, batches. ARGV owner's epoch, from, name of this cut. Gives a status and last. A cut that comes again does nothing. */
export const CUT = script(`
local owner, last, snap, cut = unpack(redis.call('HMGET', KEYS[1], 'owner', 'last', 'snap', 'cut'))
local refused = refusal(owner, ARGV[1])
if refused then return {refused} end
if cut == ARGV[3] or not redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2])[1] then return {'OK', last} end
-- What is left before the snapshot does not join what comes after it.
local from = tonumber(ARGV[2]) <= tonumber(snap or 0) and '-' or ARGV[2]
local page = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 100)
while page[1] do
  for _, batch in ipairs(page) do redis.call('XDEL', KEYS[2], batch[1]) end
  page = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', 100)
end
local top = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if top then
  redis.call('XSETID', KEYS[2], top[1])
  last = string.match(top[1], '%d+$')
else
  redis.call('DEL', KEYS[2])
  last = snap or '0'
end
if tonumber(last) < tonumber(snap or 0) then last = snap end
redis.call('HSET', KEYS[1], 'last', last, 'cut', ARGV[3])
return {'OK', last}
`);

function script(body: string): Script {
  return scriptOf(SHARED + body);
}
