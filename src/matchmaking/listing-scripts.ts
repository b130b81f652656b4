import { script } from "../redis/redis.ts";

/*
 * The listing of one room type: `rows`, a hash of JSON by room id; `places`, a hash of each row's owner and members of the index as JSON;
 * `index`, see listing-index.ts. A row is written by its owner only.
 */
const SHARED = `
local function takeOut(id, places)
  if #places.members > 0 then redis.call('ZREM', KEYS[3], unpack(places.members)) end
  redis.call('HDEL', KEYS[2], id)
  redis.call('HDEL', KEYS[1], id)
end
`;

/**
 * KEYS rows, places, index. ARGV room id, boot, row, places as JSON. What an owner before it left is replaced, but never what one after it
 * wrote. Gives OK, or GONE where the row is another's.
 */
export const PUT = script(`
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before ~= ARGV[4] then
  local old = before and cjson.decode(before)
  if old and old.boot ~= ARGV[2] and (old.epoch or 0) > cjson.decode(ARGV[4]).epoch then return {'GONE'} end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
  if old and #old.members > 0 then redis.call('ZREM', KEYS[3], unpack(old.members)) end
  for _, member in ipairs(cjson.decode(ARGV[4]).members) do redis.call('ZADD', KEYS[3], 0, member) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {'OK'}
`);

/** KEYS rows, places, index. ARGV room id, boot. Gives OK, or GONE where the row is not there or another's. */
export const REMOVE = script(`${SHARED}
local before = redis.call('HGET', KEYS[2], ARGV[1])
local places = before and cjson.decode(before)
if not places or places.boot ~= ARGV[2] then return {'GONE'} end
takeOut(ARGV[1], places)
return {'OK'}
`);

/** KEYS rows, places, index. ARGV first and last of the boot's range, how many at most. Gives how many rows were taken out. */
export const SWEEP = script(`${SHARED}
local members = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. ARGV[1], '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(members) do
  local id = string.match(member, '([^%z]+)$')
  local places = redis.call('HGET', KEYS[2], id)
  if places then takeOut(id, cjson.decode(places)) end
  redis.call('ZREM', KEYS[3], member)
end
return {tostring(#members)}
`);

/**
 * KEYS rows, places, index. ARGV first and last of a range, then the boots that live. Gives the row that comes first among those of boots
 * that live, or nothing. Rows of the dead are passed over, up to a bound, until they are swept out.
 */
export const FIRST = script(`
local live = {}
for i = 3, #ARGV do live[ARGV[i]] = true end
local from, step = '[' .. ARGV[1], 10
for round = 1, 12 do
  local members = redis.call('ZRANGEBYLEX', KEYS[3], from, '(' .. ARGV[2], 'LIMIT', 0, step)
  for _, member in ipairs(members) do
    local boot, id = string.match(member, '([^%z]+)%z([^%z]+)$')
    local row = live[boot] and redis.call('HGET', KEYS[1], id)
    if row then return {row} end
  end
  if #members < step then break end
  from, step = '(' .. members[#members], math.min(step * 2, 2000)
end
return {}
`);
